//! Every act decided and folded in a small world without files: what is allowed, what is refused, what always holds.

mod accepting;
mod acts;
mod canary;
mod families;
mod gate;
mod judging;
mod looking;
mod policy;
mod promises;
mod random;
mod replacing;
mod world;
