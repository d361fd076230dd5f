//! One of the targets, which `GREX_FUZZ_TARGET` names, under libFuzzer.

#![no_main]

mod targets;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use targets::Target;

fuzz_target!(|data: &[u8]| {
    static TARGET: OnceLock<&Target> = OnceLock::new();
    let target = TARGET.get_or_init(|| {
        let name = std::env::var("GREX_FUZZ_TARGET").expect("GREX_FUZZ_TARGET names a target");
        let found = targets::ALL.iter().find(|target| target.name == name);
        found.unwrap_or_else(|| panic!("there is no target {name}"))
    });
    (target.run)(data);
});
