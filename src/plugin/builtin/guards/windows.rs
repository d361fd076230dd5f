//! What can only be asked on Windows, answered by the programs that come with it.

use std::cmp::Ordering;

#[cfg(windows)]
pub(super) use self::programs::{has_key, has_powershell};

/// Whether a version, e.g. `5.1.19041.1`, fulfils a requirement, e.g. `>=5.1`. Numbers that are
/// left out are 0.
fn fulfils(version: &str, requirement: &str) -> bool {
    let end = requirement
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(requirement.len());
    let (operator, wanted) = requirement.split_at(end);
    let order = numbers(version).cmp(&numbers(wanted));
    match operator.trim() {
        ">=" => order != Ordering::Less,
        ">" => order == Ordering::Greater,
        "<=" => order != Ordering::Greater,
        "<" => order == Ordering::Less,
        _ => order == Ordering::Equal,
    }
}

fn numbers(version: &str) -> [u64; 4] {
    let mut numbers = [0; 4];
    for (number, part) in numbers.iter_mut().zip(version.trim().split('.')) {
        *number = part.parse().unwrap_or(0);
    }
    numbers
}

#[cfg(windows)]
mod programs {
    use std::path::Path;

    use super::fulfils;
    use crate::{
        plugin::error::ActionError,
        sys::{
            cancel::Cancel,
            process::{Limits, Spawn, Stream, run},
        },
    };

    /// More than any answer that is of use.
    const MAXIMUM_ANSWER: usize = 4096;

    /// Whether the registry has a key, or with `key!value` a value in it.
    pub(in super::super) async fn has_key(
        text: &str,
        cancel: &Cancel,
    ) -> Result<bool, ActionError> {
        let mut spawn = Spawn::new(Path::new("reg.exe"));
        match text.split_once('!') {
            Some((key, value)) => spawn
                .argument("query")
                .argument(key)
                .argument("/v")
                .argument(value),
            None => spawn.argument("query").argument(text),
        };
        Ok(answer(&spawn, cancel).await?.is_some())
    }

    /// Whether PowerShell is there and its version fulfils a requirement.
    pub(in super::super) async fn has_powershell(
        requirement: &str,
        cancel: &Cancel,
    ) -> Result<bool, ActionError> {
        let mut spawn = Spawn::new(Path::new("powershell.exe"));
        spawn
            .argument("-NoProfile")
            .argument("-NonInteractive")
            .argument("-Command")
            .argument("$PSVersionTable.PSVersion.ToString()");
        let version = answer(&spawn, cancel).await?;
        Ok(version.is_some_and(|version| fulfils(&version, requirement)))
    }

    /// What a program says; `None` where it is not there or says no.
    async fn answer(spawn: &Spawn, cancel: &Cancel) -> Result<Option<String>, ActionError> {
        let mut said = Vec::new();
        let finished = run(spawn, Limits::default(), cancel, &mut |stream, bytes| {
            if stream == Stream::Out && said.len() < MAXIMUM_ANSWER {
                said.extend_from_slice(bytes);
            }
        })
        .await;
        if cancel.is_stopped() {
            return Err(ActionError::Cancelled);
        }
        let is_success = finished.is_ok_and(|finished| finished.ending.is_success());
        Ok(is_success.then(|| String::from_utf8_lossy(&said).trim().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::fulfils;

    #[test]
    fn versions_are_compared_by_number() {
        let version = "5.1.19041.4412\r\n";
        for requirement in [
            ">=5.1",
            ">5",
            ">= 5.1.19041",
            "<6",
            "<=5.2",
            "5.1.19041.4412",
            "<5.10",
        ] {
            assert!(fulfils(version, requirement), "{requirement}");
        }
        for requirement in [">=5.2", "<5.1", "==5.1", "5", ">6.0", "<= 5.1"] {
            assert!(!fulfils(version, requirement), "{requirement}");
        }
        assert!(fulfils("7", "==7.0"));
    }
}
