//! Which deliveries are meant: the filters of lists and of bulk acts.

use std::time::Duration;

use clap::{Args, ValueEnum};
use fairlead_core::{class::Class, entry::Entry, id::EntryKey, issue::Cause, span, word};
use jiff::Timestamp;

use super::{issue::beginning, list::back};

/// Which deliveries are meant; what is not said does not matter.
#[derive(Clone, Debug, Default, Args)]
pub struct Filter {
    /// Only of this integration.
    #[arg(long)]
    pub integration: Option<String>,
    /// Only in this state.
    #[arg(long, value_enum)]
    pub state: Option<Standing>,
    /// Only parked in this class.
    #[arg(long, value_parser = class)]
    pub class: Option<Class>,
    /// Only of this issue: its name, or its beginning.
    #[arg(long, value_parser = beginning)]
    pub issue: Option<String>,
    /// Only of this record, by its id in the source system.
    #[arg(long)]
    pub record: Option<String>,
    /// Only what was accepted since: 15m, 24h, 30d.
    #[arg(long, value_parser = since)]
    pub since: Option<Duration>,
}

/// Where in its life a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Standing {
    /// Durable, not yet tried.
    Accepted,
    /// A dispatcher is making an attempt.
    Sending,
    /// The vendor is being asked whether it has it.
    Looking,
    /// Will be tried again by itself.
    Waiting,
    /// The vendor has it.
    Delivered,
    /// Waits for a person.
    Parked,
    /// A newer version of its record was sent instead.
    Superseded,
    /// A person has done it by hand.
    Resolved,
    /// A person has given it up.
    Discarded,
    /// A person has corrected its event, and another delivery carries that.
    Edited,
}

impl Standing {
    /// The word of [`State`](fairlead_core::entry::State).
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Sending => "sending",
            Self::Looking => "looking",
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Parked => "parked",
            Self::Superseded => "superseded",
            Self::Resolved => "resolved",
            Self::Discarded => "discarded",
            Self::Edited => "edited",
        }
    }
}

impl Filter {
    /// Whether the entry at this key can be meant; costs no reading.
    pub fn may_mean(&self, key: &EntryKey) -> bool {
        self.integration.as_deref().is_none_or(|name| key.integration() == Some(name))
    }

    /// Whether this entry is meant now.
    pub fn means(&self, entry: &Entry, now: Timestamp) -> bool {
        let state = entry.life.state.word();
        let since = back(now, self.since, Duration::MAX);
        self.may_mean(&entry.key)
            && self.state.is_none_or(|standing| standing.word() == state)
            && self.class.is_none_or(|class| entry.class() == Some(class))
            && self.issue.as_deref().is_none_or(|beginning| is_of(entry, beginning))
            && self.record.as_ref().is_none_or(|id| *id == entry.record.id)
            && entry.id.accepted_at() >= since
    }

    /// Whether only parked deliveries can be meant, which have an index of their own.
    pub fn parked_only(&self) -> bool {
        self.state == Some(Standing::Parked) || self.class.is_some() || self.issue.is_some()
    }

    /// The beginning of the names of the issues under which they stand; costs no reading of the others.
    pub fn of_issue(&self) -> &str {
        self.issue.as_deref().unwrap_or_default()
    }

    /// The options that say the same, for the command that shows the next page.
    pub fn said(&self) -> String {
        let state = self.state.map(Standing::word);
        let options = [
            ("integration", self.integration.clone()),
            ("state", state.map(str::to_owned)),
            ("class", self.class.map(|class| class.word().to_owned())),
            ("issue", self.issue.clone()),
            ("record", self.record.clone()),
            ("since", self.since.map(|since| format!("{}m", since.as_secs().div_ceil(60)))),
        ];
        let given = options.into_iter().filter_map(|(name, value)| Some((name, value?)));
        given.map(|(name, value)| format!(" {}", word::option(name, &value))).collect()
    }
}

/// Whether the delivery is parked under an issue whose name begins so.
fn is_of(entry: &Entry, beginning: &str) -> bool {
    Cause::of(entry).is_some_and(|cause| cause.id().as_str().starts_with(beginning))
}

/// Reads a class by the word that alerts and lists use.
fn class(word: &str) -> Result<Class, String> {
    let all = || Class::ALL.map(Class::word).join(", ");
    Class::ALL.into_iter().find(|c| c.word() == word).ok_or_else(|| format!("one of {}", all()))
}

/// Reads a length of time.
pub(super) fn since(text: &str) -> Result<Duration, String> {
    span::parse(text).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_from_outside_is_one_word_of_the_command_that_goes_on() {
        let record = Some("$(reboot) --yes".to_owned());
        let filter = Filter { record, state: Some(Standing::Waiting), ..Filter::default() };
        assert_eq!(filter.said(), " --state waiting --record '$(reboot) --yes'");
    }
}
