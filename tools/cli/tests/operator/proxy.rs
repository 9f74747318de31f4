//! A node in front of a devnet's that does not answer everything.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A node that hands on so many questions, and is dead then.
pub fn proxy(to: SocketAddr, questions: usize, is_dead: Arc<AtomicBool>) -> String {
    moody(to, questions..usize::MAX, is_dead)
}

/// A node that does not answer these of its questions; if that is to its end, it is dead with the first.
pub fn moody(to: SocketAddr, silent: Range<usize>, is_dead: Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            if silent.end == usize::MAX && is_dead.load(Ordering::Relaxed) {
                return;
            }
            let (is_dead, asked, silent) = (Arc::clone(&is_dead), Arc::clone(&asked), silent.clone());
            std::thread::spawn(move || drop(hand_on(client, to, &asked, &silent, &is_dead)));
        }
    });
    url
}

fn hand_on(
    mut client: TcpStream,
    to: SocketAddr,
    asked: &AtomicUsize,
    silent: &Range<usize>,
    is_dead: &AtomicBool,
) -> std::io::Result<()> {
    let mut node = TcpStream::connect(to)?;
    let (mut answers, mut back) = (node.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || std::io::copy(&mut answers, &mut back));
    let mut buffer = [0; 65_536];
    loop {
        let count = client.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        let is_question = buffer.starts_with(b"POST");
        if is_question && silent.contains(&asked.fetch_add(1, Ordering::Relaxed)) {
            is_dead.store(true, Ordering::Relaxed);
            node.shutdown(std::net::Shutdown::Both)?;
            return client.shutdown(std::net::Shutdown::Both);
        }
        node.write_all(&buffer[..count])?;
    }
}
