//! The shells, and what each of them is given.

use clap::ValueEnum;

/// A shell that can be taught grex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Shell {
    /// Bash, 3.2 or later.
    Bash,
    /// Elvish, 0.18 or later.
    Elvish,
    /// Fish, 3.0 or later.
    Fish,
    /// Windows PowerShell, and PowerShell elsewhere.
    #[value(name = "powershell", alias = "pwsh")]
    Pwsh,
    /// Zsh.
    Zsh,
}

impl Shell {
    /// The script that is read by the shell when it starts.
    pub(in crate::cli) fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("scripts/grex.bash"),
            Self::Elvish => include_str!("scripts/grex.elv"),
            Self::Fish => include_str!("scripts/grex.fish"),
            Self::Pwsh => include_str!("scripts/grex.ps1"),
            Self::Zsh => include_str!("scripts/_grex"),
        }
    }

    /// Whether it takes all words that it is given for what fits. The others choose among them by
    /// rules of their own: without regard to case, or by what is in the middle.
    pub(super) fn takes_all(self) -> bool {
        matches!(self, Self::Bash | Self::Pwsh)
    }
}

#[cfg(test)]
mod tests {
    use super::Shell;

    #[test]
    fn powershell_doubles_every_letter_that_it_takes_for_a_quote() {
        let script = Shell::Pwsh.script();
        assert!(script.contains("::EscapeSingleQuotedStringContent($text)"));
        assert!(!script.contains("-replace \"'\","), "only one of five");
    }
}
