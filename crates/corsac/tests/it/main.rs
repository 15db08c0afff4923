//! What the core promises, seen from outside.

mod answers;
mod bounds;
mod building;
mod grammar;
mod patterns;
mod set;
mod user_agent;
mod vary;
