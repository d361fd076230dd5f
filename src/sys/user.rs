//! Who runs this program and where, as the system knows it: for where the environment does not say.

use std::path::PathBuf;

/// The name of the user.
pub fn name() -> Option<String> {
    entry().map(|(name, _)| name)
}

/// The user's home directory.
pub fn home() -> Option<PathBuf> {
    entry()
        .map(|(_, home)| PathBuf::from(home))
        .filter(|home| home.is_absolute())
}

/// The name of the machine.
#[cfg(unix)]
pub fn host() -> String {
    let names = rustix::system::uname();
    names.nodename().to_string_lossy().into_owned()
}

/// The name of the machine; empty if there is none.
#[cfg(not(unix))]
pub fn host() -> String {
    super::env::computer_name().unwrap_or_default()
}

/// Name and home from the line of `/etc/passwd` (passwd(5)) that has our number.
#[cfg(unix)]
fn entry() -> Option<(String, String)> {
    let text = std::fs::read_to_string("/etc/passwd").ok()?;
    find(&text, rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn entry() -> Option<(String, String)> {
    None
}

#[cfg(unix)]
fn find(passwd: &str, number: u32) -> Option<(String, String)> {
    passwd.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let is_ours = fields.get(2)?.parse() == Ok(number);
        is_ours
            .then(|| Some(((*fields.first()?).to_owned(), (*fields.get(5)?).to_owned())))
            .flatten()
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::find;

    #[test]
    fn the_line_with_our_number_counts() {
        let passwd =
            "root:x:0:0:root:/root:/bin/sh\nbroken\nme:x:1000:1000:,,,:/home/me:/bin/zsh\n";
        let me = Some(("me".to_owned(), "/home/me".to_owned()));
        assert_eq!(find(passwd, 1000), me);
        assert_eq!(find(passwd, 7), None);
    }
}
