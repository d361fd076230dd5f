//! Variables in the strings of actions.
//!
//! `$NAME`, `${NAME}` and `%NAME%` stand for a value, `$$` and `%%` for themselves, a leading `~/`
//! for the home directory. There are no escapes, and values are not looked at again: a value with
//! a `$` in it arrives as it is.

use std::collections::BTreeMap;

use super::action::is_variable_name;

/// The variables of a pack, by name. On Windows, names are the same in any letter case, and
/// `HOME` falls back to `USERPROFILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variables {
    values: BTreeMap<String, String>,
    ignores_case: bool,
}

/// A string that cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (character {position})")]
pub struct VariableError {
    /// Where in the string, in characters, counted from 1.
    pub position: usize,
    /// What is wrong there.
    pub problem: VariableProblem,
}

/// What is wrong with a string.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VariableProblem {
    /// A variable that has no value.
    #[error("the variable `{name}` is not set")]
    Unset {
        /// The variable.
        name: String,
    },
    /// `${` without `}`.
    #[error("`${{` is not closed by `}}`")]
    UnclosedBrace,
    /// `${...}` around something that is not a name.
    #[error("`${{{text}}}` does not hold the name of a variable")]
    NotAName {
        /// What it holds.
        text: String,
    },
    /// A `$` before something that is not a name.
    #[error("a lone `$`; write `$$` for the character itself")]
    LoneDollar,
    /// A `%` that does not begin `%NAME%`.
    #[error("a lone `%`; write `%%` for the character itself")]
    LonePercent,
}

impl Default for Variables {
    fn default() -> Self {
        Self::new()
    }
}

impl Variables {
    /// No variables, with the rules of the system that the program was built for.
    pub fn new() -> Self {
        Self {
            values: BTreeMap::new(),
            ignores_case: cfg!(windows),
        }
    }

    /// No variables, with the rules of Windows.
    pub fn for_windows() -> Self {
        Self {
            values: BTreeMap::new(),
            ignores_case: true,
        }
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(self.key(name), value.into());
    }

    /// Unsets a variable.
    pub fn unset(&mut self, name: &str) {
        let key = self.key(name);
        self.values.remove(&key);
    }

    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let key = self.key(name);
        let value = self.values.get(&key);
        if value.is_none() && self.ignores_case && key == "HOME" {
            return self.get("USERPROFILE");
        }
        value.map(String::as_str)
    }

    /// All of them, sorted by name. Where case is ignored, names are in upper case.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The string with its variables replaced.
    pub fn expand(&self, text: &str) -> Result<String, VariableError> {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        if text.starts_with("~/") {
            expanded.push_str(self.value("HOME", text, 0)?.trim_end_matches('/'));
            rest = &text[1..];
        }
        while let Some(found) = rest.find(['$', '%']) {
            expanded.push_str(&rest[..found]);
            let start = text.len() - rest.len() + found;
            let (value, taken) = self.reference(text, start)?;
            expanded.push_str(value);
            rest = &text[start + taken..];
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    /// What the reference at the byte `start` stands for, and how many bytes it takes.
    fn reference(&self, text: &str, start: usize) -> Result<(&str, usize), VariableError> {
        let reference = &text[start..];
        if reference.starts_with("$$") {
            return Ok(("$", 2));
        }
        if reference.starts_with("%%") {
            return Ok(("%", 2));
        }
        let (name, taken) = match reference.strip_prefix("${") {
            Some(inside) => braced(inside),
            None if reference.starts_with('$') => bare(&reference[1..]),
            None => between_percents(&reference[1..]),
        }
        .map_err(|problem| error(text, start, problem))?;
        Ok((self.value(name, text, start)?, taken))
    }

    fn value(&self, name: &str, text: &str, start: usize) -> Result<&str, VariableError> {
        self.get(name).ok_or_else(|| {
            let name = name.to_owned();
            error(text, start, VariableProblem::Unset { name })
        })
    }

    fn key(&self, name: &str) -> String {
        if self.ignores_case {
            name.to_uppercase()
        } else {
            name.to_owned()
        }
    }
}

impl<N: AsRef<str>, V: Into<String>> FromIterator<(N, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(entries: I) -> Self {
        let mut variables = Self::new();
        for (name, value) in entries {
            variables.set(name.as_ref(), value);
        }
        variables
    }
}

fn braced(inside: &str) -> Result<(&str, usize), VariableProblem> {
    let end = inside.find('}').ok_or(VariableProblem::UnclosedBrace)?;
    let name = &inside[..end];
    if !is_variable_name(name) {
        let text = name.to_owned();
        return Err(VariableProblem::NotAName { text });
    }
    Ok((name, end + "${}".len()))
}

fn bare(after: &str) -> Result<(&str, usize), VariableProblem> {
    let name = &after[..name_length(after)];
    if !is_variable_name(name) {
        return Err(VariableProblem::LoneDollar);
    }
    Ok((name, name.len() + "$".len()))
}

fn between_percents(after: &str) -> Result<(&str, usize), VariableProblem> {
    let name = &after[..name_length(after)];
    if !is_variable_name(name) || !after[name.len()..].starts_with('%') {
        return Err(VariableProblem::LonePercent);
    }
    Ok((name, name.len() + "%%".len()))
}

fn name_length(text: &str) -> usize {
    text.find(|next: char| !next.is_ascii_alphanumeric() && next != '_')
        .unwrap_or(text.len())
}

fn error(text: &str, start: usize, problem: VariableProblem) -> VariableError {
    VariableError {
        position: text[..start].chars().count() + 1,
        problem,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    fn variables() -> Variables {
        let entries = [
            ("HOME", "/home/me"),
            ("A", "1"),
            ("A_B2", "$A %A% ${A} ~/"),
            ("EMPTY", ""),
        ];
        entries.into_iter().collect()
    }

    #[test]
    fn every_form_is_replaced_once() {
        let table = [
            ("", ""),
            ("plain \\ text", "plain \\ text"),
            ("$A", "1"),
            ("${A}", "1"),
            ("%A%", "1"),
            ("x$A/y", "x1/y"),
            ("$A$A${A}%A%%A%", "11111"),
            ("$A_B2", "$A %A% ${A} ~/"),
            ("[${A_B2}]", "[$A %A% ${A} ~/]"),
            ("$A-B", "1-B"),
            ("$Aé", "1é"),
            ("$$A", "$A"),
            ("$$$A", "$1"),
            ("%%A%%", "%A%"),
            ("100%%", "100%"),
            ("\\$A", "\\1"),
            ("${EMPTY}x$EMPTY", "x"),
            ("~/x", "/home/me/x"),
            ("~/", "/home/me/"),
            ("~", "~"),
            ("~me/x", "~me/x"),
            ("a~/x", "a~/x"),
            (" ~/x", " ~/x"),
        ];
        for (text, expected) in table {
            assert_eq!(variables().expand(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_expanded_is_refused_with_its_position() {
        let unset = |name: &str| VariableProblem::Unset { name: name.into() };
        let not_a_name = |text: &str| VariableProblem::NotAName { text: text.into() };
        let table = [
            ("$NONE", 1, unset("NONE")),
            ("é${NONE}", 2, unset("NONE")),
            ("$A %NONE%", 4, unset("NONE")),
            ("$AB", 1, unset("AB")),
            ("ab${A", 3, VariableProblem::UnclosedBrace),
            ("${", 1, VariableProblem::UnclosedBrace),
            ("${}", 1, not_a_name("")),
            ("${A-x}", 1, not_a_name("A-x")),
            ("${${A}}", 1, not_a_name("${A")),
            ("$", 1, VariableProblem::LoneDollar),
            ("a$ b", 2, VariableProblem::LoneDollar),
            ("$1", 1, VariableProblem::LoneDollar),
            ("$$$", 3, VariableProblem::LoneDollar),
            ("%", 1, VariableProblem::LonePercent),
            ("50%", 3, VariableProblem::LonePercent),
            ("%A", 1, VariableProblem::LonePercent),
            ("%A B%", 1, VariableProblem::LonePercent),
            ("%1A%", 1, VariableProblem::LonePercent),
        ];
        for (text, position, problem) in table {
            assert_eq!(
                variables().expand(text),
                Err(VariableError { position, problem }),
                "{text}"
            );
        }
        let homeless = Variables::new().expand("~/x").unwrap_err();
        assert_eq!(
            homeless.to_string(),
            "the variable `HOME` is not set (character 1)"
        );
    }

    #[test]
    fn a_root_home_does_not_double_the_slash() {
        let variables: Variables = [("HOME", "/")].into_iter().collect();
        assert_eq!(variables.expand("~/x").unwrap(), "/x");
    }

    #[test]
    fn windows_ignores_case_and_knows_the_profile() {
        let mut variables = Variables::for_windows();
        variables.set("UserProfile", "C:\\Users\\me");
        variables.set("Path", "p");
        assert_eq!(variables.expand("%PATH%$path").unwrap(), "pp");
        assert_eq!(variables.expand("${home}").unwrap(), "C:\\Users\\me");
        assert_eq!(variables.expand("~/x").unwrap(), "C:\\Users\\me/x");
        variables.set("HOME", "D:");
        assert_eq!(variables.expand("$HOME").unwrap(), "D:");
    }

    #[cfg(not(windows))]
    #[test]
    fn elsewhere_case_matters() {
        assert!(variables().expand("$a").is_err());
        let variables: Variables = [("USERPROFILE", "x")].into_iter().collect();
        assert_eq!(variables.get("HOME"), None);
    }

    proptest! {
        #[test]
        fn any_text_survives_when_its_signs_are_doubled(text in "\\PC*") {
            prop_assume!(!text.starts_with("~/"));
            let escaped = text.replace('$', "$$").replace('%', "%%");
            prop_assert_eq!(Variables::new().expand(&escaped).unwrap(), text);
        }

        #[test]
        fn any_value_arrives_as_it_is(value in "(?s).*", before in "[a-z /]*", after in "[ /.-][a-z]*") {
            let variables: Variables = [("X", value.clone())].into_iter().collect();
            for form in ["$X", "${X}", "%X%"] {
                let expanded = variables.expand(&format!("{before}{form}{after}")).unwrap();
                prop_assert_eq!(expanded, format!("{before}{value}{after}"));
            }
        }

        #[test]
        fn no_text_panics_and_positions_are_inside(text in "[$%{}A-Z~/é]*") {
            if let Err(error) = variables().expand(&text) {
                prop_assert!(error.position <= text.chars().count());
                let at = text.chars().nth(error.position - 1);
                prop_assert!(matches!(at, Some('$' | '%' | '~')));
            }
        }
    }
}
