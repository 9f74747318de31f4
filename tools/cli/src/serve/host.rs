//! Which names this server answers to.
//!
//! A page of a stranger's can point its own name at our loopback address (DNS rebinding); its browser then takes our
//! answers for its own. It sends that name as `Host`, so names that are not ours are refused.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether a `Host` header names this server: an address, `localhost`, or one of `names`, whatever the port.
pub fn is_own(host: &str, names: &[String]) -> bool {
    let name = without_port(host);
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
        || name.parse::<Ipv4Addr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || names.iter().any(|own| own.eq_ignore_ascii_case(name))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_localhost_and_own_names_are_answered() {
        let own = ["status.example.org".to_owned()];
        for host in [
            "127.0.0.1",
            "127.0.0.1:8080",
            "10.0.0.7:80",
            "[::1]:8080",
            "[::1]",
            "localhost:8080",
            "LOCALHOST",
        ] {
            assert!(is_own(host, &[]), "{host}");
        }
        assert!(is_own("status.example.org", &own) && is_own("Status.Example.org:443", &own));
    }

    #[test]
    fn a_strangers_name_is_not() {
        let own = ["status.example.org".to_owned()];
        for host in [
            "",
            ":8080",
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil.example:127.0.0.1",
            "[::1].evil.example",
            "[evil]:80",
            "status.example.org.",
            "127.0.0.1:80x",
        ] {
            assert!(!is_own(host, &own), "{host}");
        }
    }
}
