//! Completions for shells.

use clap::{CommandFactory, ValueEnum};
use clap_complete::generate;

use super::{Cli, Shown};

/// The shells that completions can be made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU Bash.
    Bash,
    /// Z shell.
    Zsh,
    /// fish.
    Fish,
}

/// The script that the shell reads.
pub(super) fn script(shell: Shell) -> Shown {
    let kind = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    let mut text = Vec::new();
    generate(kind, &mut Cli::command(), "fairlead", &mut text);
    Shown::text(String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_gets_a_script_that_knows_the_commands() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = script(shell).said().to_owned();
            for word in ["deliveries", "pause", "--config-env"] {
                let bare = word.trim_start_matches('-');
                assert!(script.contains(bare), "{shell:?} does not know {word}");
            }
        }
    }
}
