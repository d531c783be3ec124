//! What the command line asks for.

use fairlead_tests::simulation::Mutation;

/// How it is used.
pub(crate) const USAGE: &str = "\
cargo simulate [--seeds 2000] [--deliveries 50] [--from 0] [--threads 2] [--failures 1] [--mutation NAME]
cargo simulate --seed S [--deliveries 50] [--mutation NAME]    runs one seed again, with its trace
cargo simulate --leaps                                         clocks leap by up to a quarter of an hour
cargo simulate --mutations                                     lists the mistakes by name";

/// What was asked for.
pub(crate) struct Asked {
    pub(crate) first: u64,
    pub(crate) seeds: u64,
    pub(crate) deliveries: usize,
    pub(crate) threads: usize,
    /// It stops after so many seeds with a violation.
    pub(crate) failures: usize,
    pub(crate) mutation: Option<Mutation>,
    pub(crate) leaps: bool,
    pub(crate) mutations: bool,
    pub(crate) help: bool,
}

/// Reads the command line.
pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked {
        first: 0,
        seeds: 2_000,
        deliveries: 50,
        threads: 2,
        failures: 1,
        mutation: None,
        leaps: false,
        mutations: false,
        help: false,
    };
    let mut words = words;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seeds" => asked.seeds = number(&word, words.next())?,
            "--from" => asked.first = number(&word, words.next())?,
            "--deliveries" => asked.deliveries = number(&word, words.next())?,
            "--threads" => asked.threads = number(&word, words.next())?,
            "--failures" => asked.failures = number(&word, words.next())?,
            "--seed" => (asked.first, asked.seeds) = (number(&word, words.next())?, 1),
            "--mutation" => asked.mutation = Some(mutation(words.next())?),
            "--leaps" => asked.leaps = true,
            "--mutations" => asked.mutations = true,
            "--help" | "-h" => asked.help = true,
            other => return Err(format!("there is no option {other}")),
        }
    }
    Ok(asked)
}

fn number<T: std::str::FromStr>(of: &str, word: Option<String>) -> Result<T, String> {
    let word = word.ok_or_else(|| format!("{of} needs a number"))?;
    word.parse().map_err(|_| format!("{of} needs a number, and {word} is none"))
}

fn mutation(word: Option<String>) -> Result<Mutation, String> {
    let word = word.ok_or("--mutation needs a name")?;
    Mutation::named(&word)
        .ok_or_else(|| format!("there is no mistake {word}; see cargo simulate --mutations"))
}
