//! `/metrics`, in OpenMetrics' text. Every series is there from the first scrape on: -1 is "not known".

mod families;

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::record::Record;

/// What the text is called.
pub const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The labels of a sample beside its chain.
type Labels = Vec<(&'static str, String)>;

/// A metric with all its samples.
#[derive(Debug)]
pub struct Family {
    /// Without the prefix, and without `_total`.
    pub name: &'static str,
    /// What it says.
    pub help: &'static str,
    /// Whether it only grows.
    pub counts: bool,
    /// Labels and value.
    pub samples: Vec<(Labels, f64)>,
}

#[derive(Debug)]
struct Scrape {
    chain_id: String,
    families: Vec<Family>,
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for Family { name, help, counts, samples } in &self.families {
            let kind = if *counts { MetricType::Counter } else { MetricType::Gauge };
            let mut metric = encoder.encode_descriptor(name, help, None, kind)?;
            for (labels, value) in samples {
                let mut all = vec![("chain_id", self.chain_id.clone())];
                all.extend(labels.iter().cloned());
                let mut sample = metric.encode_family(&all)?;
                if *counts {
                    sample.encode_counter::<[(&str, &str); 0], _, u64>(value, None)?;
                } else {
                    sample.encode_gauge(value)?;
                }
            }
        }
        Ok(())
    }
}

/// The text of a scrape.
///
/// # Errors
/// None that the text's own buffer does not make.
pub fn text(record: &Record, now_ms: u64) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("bsn");
    let (chain_id, families) = (record.place.chain_id.clone(), families::of(record, now_ms));
    registry.register_collector(Box::new(Scrape { chain_id, families }));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// The names of all series, as a scrape shows them.
pub fn names(record: &Record) -> Vec<String> {
    let full = |family: &Family| format!("bsn_{}{}", family.name, if family.counts { "_total" } else { "" });
    families::of(record, 0).iter().map(full).collect()
}

#[cfg(test)]
mod tests;
