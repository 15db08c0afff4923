//! Networks, as `10.0.0.0/8`.

use std::fmt;
use std::net::IpAddr;

use crate::document::Document;
use crate::problem::{Problem, quoted};
use crate::text::Text;

/// The addresses that begin with the same bits.
///
/// An address of version 4 that is written as one of version 6 is the former.
///
/// ```
/// let network: corsac_config::Network = "10.0.0.0/8".parse().unwrap();
/// assert!(network.contains("10.1.2.3".parse().unwrap()));
/// assert!(!network.contains("11.1.2.3".parse().unwrap()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    first: IpAddr,
    n_bits: u32,
}

impl Network {
    /// Is the address in it?
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (first, address) = (bits(self.first), bits(address.to_canonical()));
        first.1 == address.1 && kept(first, self.n_bits) == kept(address, self.n_bits)
    }
}

/// The bits of an address from the left, and how many there are.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

fn kept((bits, _): (u128, u32), n_bits: u32) -> u128 {
    bits.checked_shr(128 - n_bits).unwrap_or(0)
}

/// The text is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MalformedNetwork;

impl fmt::Display for MalformedNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a network is an IP address, alone or with the number of bits that count")
    }
}

impl std::error::Error for MalformedNetwork {}

impl std::str::FromStr for Network {
    type Err = MalformedNetwork;

    fn from_str(text: &str) -> Result<Self, MalformedNetwork> {
        let (address, n_bits) = match text.split_once('/') {
            Some((address, n_bits)) => (address, Some(n_bits)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| MalformedNetwork)?;
        let (value, n_all) = bits(first);
        let n_bits = match n_bits {
            None => n_all,
            Some(digits) if digits.bytes().all(|it| it.is_ascii_digit()) => {
                digits.parse().map_err(|_| MalformedNetwork)?
            }
            Some(_) => return Err(MalformedNetwork),
        };
        // A set bit that does not count is a slip: `10.1.0.0/8` is not what anyone means.
        let rest = value.checked_shl(n_bits).unwrap_or(0);
        match n_bits <= n_all && rest == 0 {
            true => Ok(Self { first, n_bits }),
            false => Err(MalformedNetwork),
        }
    }
}

impl<'s> Document<'s> {
    /// A network.
    pub(crate) fn network(&mut self, text: &Text<'_>) -> Option<Network> {
        let network = text.value.parse().ok();
        if network.is_none() {
            let message = format!(
                "{} is no address and no network, such as `10.0.0.0/8`",
                quoted(text.value)
            );
            let span = text.source_span(0..text.value.len());
            let problem = Problem::error("network", message).at(span);
            self.report(problem.suggesting(suggested(text.value)));
        }
        network
    }
}

/// The network in which the address is.
fn suggested(text: &str) -> Option<String> {
    let (address, n_bits) = text.trim().split_once('/')?;
    let (address, n_bits): (IpAddr, u32) = (address.parse().ok()?, n_bits.parse().ok()?);
    let (value, n_all) = bits(address);
    let mask = u128::MAX.checked_shl(128 - n_bits.min(128)).unwrap_or(0);
    let first = match address {
        IpAddr::V4(_) => IpAddr::V4(u32::try_from((value & mask) >> 96).ok()?.into()),
        IpAddr::V6(_) => IpAddr::V6((value & mask).into()),
    };
    (n_bits <= n_all).then(|| format!("{first}/{n_bits}"))
}
