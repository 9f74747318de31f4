//! What is read of the grid: records of the contract, since its answers name neither rows nor hashes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use api::bsn::raw;

use super::super::grid::{Grid, Marks, Seat, committee};
use super::{Look, unknown};

/// After how long committees and seats are read again, though nothing has moved.
const AGAIN: Duration = Duration::from_secs(30);

impl Look<'_> {
    /// The grid, as it is for the finality provider; nothing on a chain that has none.
    ///
    /// # Errors
    /// One sentence: the chain does not answer, or in a form that is not known.
    pub fn grid(&mut self) -> Result<Option<Grid>, String> {
        let record = self.raw(raw::GRID_KEY)?;
        if record.is_empty() {
            return Ok(None);
        }
        let marks = Marks::read(&record).ok_or_else(|| unknown("the grid", "a record that is none"))?;
        // Committees and seats do not change while the marks do not; but a node that was behind may have known less.
        if let Some((grid, read)) = &self.grid
            && grid.marks == marks
            && read.elapsed() < AGAIN
        {
            return Ok(Some(grid.clone()));
        }
        let grid = Grid { marks, seats: self.seats(&marks)? };
        self.grid = Some((grid.clone(), Instant::now()));
        Ok(Some(grid))
    }

    /// Below which height the finality provider votes at nothing any more; nothing where that is not known.
    pub fn needed(&mut self) -> Option<u64> {
        let grid = self.grid().ok()?;
        Some(grid.and_then(|grid| grid.lowest()).unwrap_or(u64::MAX))
    }

    fn seats(&self, marks: &Marks) -> Result<Vec<Seat>, String> {
        let open = marks.open();
        let mut committees = BTreeMap::new();
        for height in open.iter().flat_map(|height| [marks.before(*height), *height]) {
            if height > marks.settled || committees.contains_key(&height) {
                continue;
            }
            // A node that is behind knows nothing of it: then the next round asks again.
            let found = committee(&self.raw(&raw::committee_key(height))?);
            let found =
                found.ok_or_else(|| unknown("the committee", format!("none of grid height {height}")))?;
            committees.insert(height, found);
        }
        let mut seats = Vec::new();
        for height in open {
            let Some((source, _)) = committees.get(&marks.before(height)) else { continue };
            let record = self.raw(&raw::seat_key(*source, self.fp.as_bytes()))?;
            let app_hash = committees.get(&height).and_then(|(_, app_hash)| *app_hash);
            if !record.is_empty() && !Seat::is_whole(&record) {
                return Err(unknown("a seat of the grid", format!("none in the snapshot of {source}")));
            }
            seats.extend(Seat::read(&record, height, app_hash));
        }
        Ok(seats)
    }

    fn raw(&self, key: &[u8]) -> Result<Vec<u8>, String> {
        self.client.raw(self.contract, key).map_err(|error| error.to_string())
    }
}
