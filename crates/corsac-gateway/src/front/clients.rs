//! How many connections each client has.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many connections each client has.
#[derive(Debug, Default)]
pub(super) struct Clients(Mutex<HashMap<IpAddr, usize>>);

/// One of the connections that a client has. Dropped, it is one less.
#[derive(Debug)]
pub(super) struct Share {
    clients: Arc<Clients>,
    client: IpAddr,
}

impl Clients {
    /// Counts another connection of a client, unless it has `most` already.
    pub(super) fn share(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<Share> {
        let client = client(address);
        let mut counts = self.lock();
        let count = counts.entry(client).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Share {
            clients: Arc::clone(self),
            client,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counts = self.clients.lock();
        if let Some(count) = counts.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.client);
            }
        }
    }
}

/// Who has this address: with version 6, a household has at least 64 bits of addresses.
fn client(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}
