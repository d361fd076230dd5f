//! Texts that arguments are made of, each checked once.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// Text without NUL, which no operating system takes in an argument, a variable or a path.
/// Variables in it are not expanded yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", inline)]
pub struct Text(String);

/// A path as it is written: not empty, without NUL, variables not expanded yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", inline, extend("minLength" = 1))]
pub struct PathText(String);

/// The name of an environment variable: `[A-Za-z_][A-Za-z0-9_]*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", extend("pattern" = r"^[A-Za-z_][A-Za-z0-9_]*$"))]
pub struct EnvironmentName(String);

/// Permission bits of a directory, written as three or four octal digits in quotes: `"755"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", inline, extend("pattern" = "^[0-7]{3,4}$"))]
pub struct Mode(u32);

/// A version of PowerShell to compare with: `>=5.1`. The operator is one of `>=`, `>`, `<=`, `<`,
/// `==`; without one, the version must be equal. Up to four numbers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(
    with = "String",
    inline,
    extend("pattern" = r"^(>=|<=|==|>|<)?\s*[0-9]{1,9}(\.[0-9]{1,9}){0,3}$")
)]
pub struct VersionRequirement(String);

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// A NUL character.
    #[error("a NUL character is not allowed")]
    Nul,
    /// An empty path.
    #[error("the path is empty")]
    Empty,
    /// Not the name of a variable.
    #[error(
        "not the name of a variable\na name is made of letters, digits and `_`, and does not begin with a digit"
    )]
    Name,
    /// A variable that shells do not let anybody set.
    #[error("shells set this variable themselves and refuse to change it\nchoose another name")]
    ShellsOwn,
    /// Not permission bits.
    #[error("not permission bits\nwrite three or four octal digits in quotes, e.g. \"755\"")]
    Mode,
    /// Not a version requirement.
    #[error("not a version to compare with\nwrite e.g. \">=5.1\"")]
    Version,
}

/// Variables that bash, zsh or fish does not let anybody set: a line that does so in a start-up
/// file is an error in every new shell.
const SHELLS_OWN: [&str; 11] = [
    "BASHOPTS",
    "BASH_VERSINFO",
    "EUID",
    "FISH_VERSION",
    "PPID",
    "SHELLOPTS",
    "UID",
    "ZSH_SUBSHELL",
    "fish_pid",
    "pipestatus",
    "status",
];

/// Whether `name` matches `[A-Za-z_][A-Za-z0-9_]*`.
pub fn is_variable_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|next| next.is_ascii_alphanumeric() || next == '_')
}

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PathText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl EnvironmentName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl VersionRequirement {
    /// The text, e.g. `>=5.1`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Mode {
    /// The bits, at most 0o7777.
    pub fn bits(self) -> u32 {
        self.0
    }
}

impl Default for Mode {
    fn default() -> Self {
        Self(0o755)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:o}", self.0)
    }
}

impl TryFrom<String> for Text {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        if text.contains('\0') {
            return Err(TextError::Nul);
        }
        Ok(Self(text))
    }
}

impl TryFrom<String> for PathText {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        if text.contains('\0') {
            return Err(TextError::Nul);
        }
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        Ok(Self(text))
    }
}

impl TryFrom<String> for EnvironmentName {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        if !is_variable_name(&text) {
            return Err(TextError::Name);
        }
        if SHELLS_OWN.contains(&text.as_str()) {
            return Err(TextError::ShellsOwn);
        }
        Ok(Self(text))
    }
}

impl TryFrom<String> for Mode {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        let is_octal = text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
        if !is_octal || !(3..=4).contains(&text.len()) {
            return Err(TextError::Mode);
        }
        let bits = u32::from_str_radix(&text, 8).map_err(|_| TextError::Mode)?;
        Ok(Self(bits))
    }
}

impl TryFrom<String> for VersionRequirement {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        let version = [">=", "<=", "==", ">", "<"]
            .iter()
            .find_map(|operator| text.strip_prefix(operator))
            .unwrap_or(&text)
            .trim_start();
        let numbers: Vec<&str> = version.split('.').collect();
        let is_number = |part: &&str| {
            (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if numbers.len() > 4 || !numbers.iter().all(is_number) {
            return Err(TextError::Version);
        }
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_three_or_four_octal_digits() {
        for (text, bits) in [
            ("755", 0o755),
            ("0755", 0o755),
            ("000", 0),
            ("4755", 0o4755),
        ] {
            assert_eq!(Mode::try_from(text.to_owned()).map(Mode::bits), Ok(bits));
        }
        for text in ["", "75", "07755", "758", "+75", " 755", "rwx", "0o755"] {
            assert_eq!(
                Mode::try_from(text.to_owned()),
                Err(TextError::Mode),
                "{text}"
            );
        }
        assert_eq!(Mode::default().to_string(), "755");
    }

    #[test]
    fn version_requirements_have_at_most_four_numbers() {
        for text in ["5", "5.1", ">=5.1", "< 7", "==1.2.3.4"] {
            assert!(
                VersionRequirement::try_from(text.to_owned()).is_ok(),
                "{text}"
            );
        }
        for text in ["", ">=", "5.", "1.2.3.4.5", "=>5", "5.x", "1234567890"] {
            assert!(
                VersionRequirement::try_from(text.to_owned()).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn names_and_paths() {
        for name in ["A", "_", "a1_B"] {
            assert!(is_variable_name(name), "{name}");
        }
        for name in ["", "1A", "A-B", "A=B", "Ä", "A B", "A\0"] {
            assert!(!is_variable_name(name), "{name}");
        }
        assert_eq!(PathText::try_from(String::new()), Err(TextError::Empty));
        assert_eq!(PathText::try_from("a\0".to_owned()), Err(TextError::Nul));
        assert_eq!(Text::try_from("a\0".to_owned()), Err(TextError::Nul));
        assert_eq!(
            Text::try_from(String::new()).map(|text| text.as_str().len()),
            Ok(0)
        );
    }
}
