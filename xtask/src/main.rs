//! Everything that is done to corsac.

fn main() {}
