//! How near to the user a server is, and who may talk to it.

use corsac_fetch::address_space::{
    AddressSpace, Context, LocalNetworkAccess, LocalNetworkFailure, Permission,
};

const LOOPBACK: [&str; 8] = [
    "127.0.0.1",
    "127.255.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "0.0.0.0",
    "::1",
    "::",
    "::ffff:127.0.0.1",
];

const LOCAL: [&str; 16] = [
    "10.0.0.1",
    "0.0.0.1",
    "100.64.0.0",
    "100.127.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.1.1",
    "fc00::1",
    "fdff::1",
    "fe80::1",
    "fec0::1",
    "feff::1",
    "2001:db8::1",
    "3fff:fff::1",
    "::ffff:10.0.0.1",
];

const PUBLIC: [&str; 13] = [
    "1.1.1.1",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.169.0.0",
    "198.20.0.0",
    "2001:db9::1",
    "3fff:1000::1",
    "fbff::1",
    "ff02::1",
    "::ffff:1.1.1.1",
];

#[test]
fn every_block_is_in_its_space() {
    let spaces: [(&[&str], _); 3] = [
        (&LOOPBACK, AddressSpace::Loopback),
        (&LOCAL, AddressSpace::Local),
        (&PUBLIC, AddressSpace::Public),
    ];
    for (addresses, space) in spaces {
        for address in addresses {
            let found = AddressSpace::of(address.parse().expect("an address"));
            assert_eq!(found, space, "{address}");
        }
    }
}

const SPACES: [AddressSpace; 3] = [
    AddressSpace::Loopback,
    AddressSpace::Local,
    AddressSpace::Public,
];

fn page(page: AddressSpace, context: Context, permission: Permission) -> LocalNetworkAccess {
    LocalNetworkAccess {
        page,
        context,
        permission,
        target: None,
    }
}

#[test]
fn to_talk_to_a_less_public_space_takes_a_secure_page_and_a_permission() {
    for from in SPACES {
        for to in SPACES {
            let is_nearer = to < from;
            let check = |context, permission| page(from, context, permission).check(to);
            assert_eq!(check(Context::Secure, Permission::Granted), Ok(()));
            let denied = LocalNetworkFailure::PermissionDenied { connection: to };
            let expected = if is_nearer { Err(denied) } else { Ok(()) };
            assert_eq!(check(Context::Secure, Permission::Denied), expected);
            let prompt = LocalNetworkFailure::PermissionPrompt { connection: to };
            let expected = if is_nearer { Err(prompt) } else { Ok(()) };
            assert_eq!(check(Context::Secure, Permission::Prompt), expected);
            let insecure = LocalNetworkFailure::InsecureContext { connection: to };
            let expected = if is_nearer { Err(insecure) } else { Ok(()) };
            assert_eq!(check(Context::Insecure, Permission::Granted), expected);
        }
    }
}

#[test]
fn a_script_that_names_a_space_gets_that_one_or_none() {
    let mut access = page(AddressSpace::Public, Context::Secure, Permission::Granted);
    access.target = Some(AddressSpace::Local);
    assert_eq!(access.check(AddressSpace::Local), Ok(()));
    let failure = access
        .check(AddressSpace::Loopback)
        .expect_err("another space");
    assert_eq!(failure.code(), "local-network/not-the-target");
    access.permission = Permission::Denied;
    let failure = access
        .check(AddressSpace::Local)
        .expect_err("a name is no permission");
    assert_eq!(failure.code(), "local-network/permission-denied");
}
