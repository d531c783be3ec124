//! Names to addresses: only those come back that may be called, and the connector connects to nothing else.
//!
//! A check before the call would look the name up twice, and a hostile name server can answer twice in different
//! ways (DNS rebinding). Here the address that is checked is the one that is connected to.

use std::{fmt, net::IpAddr};

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use fairlead_core::address::may_be_called;

/// Whom calls may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Zone {
    /// Vendors on the internet.
    World,
    /// Those and the company's own network.
    Company,
    /// The stand-in for every vendor on this machine, and nobody else.
    Local,
}

impl Zone {
    /// Whether a connection to this address may be made.
    pub(crate) fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::World => may_be_called(address, false),
            Self::Company => may_be_called(address, true),
            Self::Local => address.to_canonical().is_loopback(),
        }
    }

    /// What of these addresses may be called.
    fn of(self, found: impl Iterator<Item = IpAddr>) -> Result<Vec<IpAddr>, ResolveDnsError> {
        let (good, bad): (Vec<IpAddr>, Vec<IpAddr>) = found.partition(|ip| self.allows(*ip));
        if good.is_empty() && !bad.is_empty() {
            return Err(ResolveDnsError::new(Refused));
        }
        Ok(good)
    }
}

/// The name leads only to addresses that may not be called.
#[derive(Debug)]
pub(crate) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name leads to an address that may not be called")
    }
}

impl std::error::Error for Refused {}

/// The machine's resolver, its answers cut to what a zone allows.
#[derive(Clone, Debug)]
pub(crate) struct Resolver(pub(crate) Zone);

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            // It passes on to the system's resolver, which also reads `2130706433` and `0x7f.1` as addresses.
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            self.0.of(found.map(|socket| socket.ip()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(zone: Zone, found: &[&str]) -> Option<usize> {
        let found = found.iter().map(|text| text.parse().expect("an address"));
        zone.of(found).ok().map(|good| good.len())
    }

    #[test]
    fn p29_of_several_answers_only_those_that_may_be_called_are_connected_to() {
        assert_eq!(of(Zone::World, &["1.1.1.1", "127.0.0.1", "::ffff:10.0.0.1"]), Some(1));
        assert_eq!(of(Zone::Company, &["10.0.0.1", "169.254.169.254"]), Some(1));
        assert_eq!(of(Zone::Local, &["127.0.0.1", "::1", "1.1.1.1", "10.0.0.1"]), Some(2));
    }

    #[test]
    fn p29_a_name_that_leads_nowhere_else_is_refused() {
        assert_eq!(of(Zone::World, &["127.0.0.1", "fd00::1"]), None);
        assert_eq!(of(Zone::Company, &["169.254.169.254"]), None);
        assert_eq!(of(Zone::Local, &["1.1.1.1"]), None);
        assert_eq!(of(Zone::World, &[]), Some(0), "an unknown name is no refusal");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn p29_an_address_in_disguise_is_looked_at_as_what_it_is() {
        for name in ["localhost", "2130706433", "0x7f000001", "127.1"] {
            let answer = Resolver(Zone::World).resolve_dns(name).await;
            let why = answer.expect_err(name);
            let refused = std::error::Error::source(&why).is_some_and(|why| why.is::<Refused>());
            assert!(refused, "{name}: {why:?}");
        }
    }
}
