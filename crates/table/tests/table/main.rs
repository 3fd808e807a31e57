//! Tables as users have them, and as other programs write them.

mod checks;
mod columnar;
mod demo;
mod gx;
mod manual;
mod parts;
mod profile;
mod tfdv;
