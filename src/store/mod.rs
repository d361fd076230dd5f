//! Files of ours: reading and writing them. Nothing above this layer opens one of them.

pub mod pack_file;
