//! Which addresses a vendor may have: the world's, or a company's own where the destination says so; never ours.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who can have an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Anybody's, anywhere.
    Global,
    /// A machine of a company's own network (RFC 1918, RFC 6598, RFC 4193).
    Private,
    /// This machine, its link and its cloud's metadata, many machines at once, or nobody.
    Never,
}

/// Whether a vendor may be called at this address.
pub fn may_be_called(address: IpAddr, private: bool) -> bool {
    match reach(address) {
        Reach::Global => true,
        Reach::Private => private,
        Reach::Never => false,
    }
}

/// Who can have this address; an IPv4 address inside an IPv6 one is judged as what it leads to.
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => of_v6(address),
    }
}

/// The address that a URL's host spells out, if it is no name.
///
/// Only the common spellings: the others (`2130706433`, `0x7f.1`) are names to us, and their answers are checked.
pub fn literal(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.parse().ok()
}

/// IANA's special-purpose registry for IPv4 (RFC 6890).
fn of_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Reach::Private,
        // This network, this machine, this link with the cloud's metadata, many machines, the future.
        [0 | 127 | 224..=255, ..] | [169, 254, ..] => Reach::Never,
        // Protocol assignments, documentation, the dead 6to4 relays, measurements.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18..=19, ..] => Reach::Never,
        [198, 51, 100, _] | [203, 0, 113, _] => Reach::Never,
        _ => Reach::Global,
    }
}

/// IANA's special-purpose registry for IPv6: what is not given out to the world is nobody's.
fn of_v6(address: Ipv6Addr) -> Reach {
    if let Some(within) = address.to_ipv4_mapped() {
        return of_v4(within);
    }
    let [a, b, c, d, e, f, g, h] = address.segments();
    match (a, b) {
        // A translator (RFC 6052) passes these on to the IPv4 address at their end.
        (0x64, 0xff9b) if [c, d, e, f] == [0; 4] => {
            let [[g, g2], [h, h2]] = [g.to_be_bytes(), h.to_be_bytes()];
            of_v4(Ipv4Addr::new(g, g2, h, h2))
        }
        (0xfc00..=0xfdff, _) => Reach::Private,
        // Protocol assignments with Teredo, documentation twice, 6to4.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) | (0x3fff, 0..=0xfff) => Reach::Never,
        (0x2000..=0x3fff, _) => Reach::Global,
        _ => Reach::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: Reach, addresses: &[&str]) {
        for address in addresses {
            let parsed = literal(address).expect("an address");
            assert_eq!(reach(parsed), wanted, "{address}");
        }
    }

    #[test]
    fn only_what_the_world_can_reach_is_global() {
        check(
            Reach::Global,
            &["1.1.1.1", "100.128.0.1", "172.32.0.1", "192.0.1.1", "198.17.0.1", "223.255.255.255"],
        );
        check(Reach::Global, &["2606:4700::1111", "2a00:1450::1", "64:ff9b::1.1.1.1"]);
        check(
            Reach::Private,
            &["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd00::1"],
        );
    }

    #[test]
    fn this_machine_its_link_and_its_clouds_metadata_are_never_called() {
        check(Reach::Never, &["0.0.0.0", "127.0.0.1", "127.255.255.254", "169.254.169.254"]);
        check(Reach::Never, &["224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"]);
        check(Reach::Never, &["[::]", "[::1]", "fe80::1", "ff02::1", "2001:db8::1", "3fff::1"]);
        // P29: an IPv4 address in the clothes of an IPv6 one.
        check(Reach::Never, &["::ffff:127.0.0.1", "[::ffff:a9fe:a9fe]", "::127.0.0.1"]);
        check(Reach::Never, &["64:ff9b::169.254.169.254", "64:ff9b:1::1.1.1.1"]);
        check(Reach::Never, &["2002:7f00:1::", "2001::1", "fec0::1", "100::1"]);
        check(Reach::Private, &["::ffff:10.0.0.1", "64:ff9b::10.0.0.1"]);
    }

    #[test]
    fn a_destination_that_says_private_reaches_its_network_and_not_this_machine() {
        let may = |text: &str, private| may_be_called(text.parse().expect("an address"), private);
        assert!(!may("10.0.0.1", false) && may("10.0.0.1", true));
        assert!(!may("127.0.0.1", true) && !may("169.254.169.254", true) && !may("::1", true));
        assert!(may("1.1.1.1", false) && may("1.1.1.1", true));
    }

    #[test]
    fn only_the_common_spellings_are_addresses() {
        for name in ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "api.example.com", "[::1"] {
            assert_eq!(literal(name), None, "{name}");
        }
    }
}
