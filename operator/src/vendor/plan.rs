//! Which request gets which step: plans keyed by a word, consumed one step per request.
use serde::Serialize;
use std::collections::VecDeque;

use super::step::Step;

/// A plan that still has steps: the next requests that contain the word get them, one each.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The word to look for in path and body.
    #[serde(rename = "match")]
    pub word: String,
    /// The only method that counts; any if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The steps that are left.
    #[serde(rename = "plan")]
    pub steps: VecDeque<Step>,
}

#[derive(Debug, Default)]
pub(super) struct Plans(Vec<Plan>);

impl Plans {
    /// Sets a plan; one for the same word and method is replaced.
    pub(super) fn set(&mut self, word: &str, method: Option<&str>, steps: Vec<Step>) {
        let method = method.map(str::to_ascii_uppercase);
        self.0.retain(|plan| plan.word != word || plan.method != method);
        if !steps.is_empty() {
            self.0.push(Plan { word: word.to_owned(), method, steps: steps.into() });
        }
    }

    /// Takes the next step of the first plan that matches.
    pub(super) fn take(&mut self, method: &str, text: &str) -> Option<Step> {
        let matches = |plan: &Plan| {
            plan.method.as_deref().is_none_or(|wanted| wanted == method)
                && mentions(text, &plan.word)
        };
        let at = self.0.iter().position(matches)?;
        let step = self.0[at].steps.pop_front();
        if self.0[at].steps.is_empty() {
            self.0.remove(at);
        }
        step
    }

    pub(super) fn left(&self) -> &[Plan] {
        &self.0
    }
}

/// Whether the text contains the word as a whole: `D-1` is in `deal-won:D-1`, not in `D-12`.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    let joins = |inner: Option<char>, outer: Option<char>| {
        inner.is_some_and(char::is_alphanumeric) && outer.is_some_and(char::is_alphanumeric)
    };
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            !joins(word.chars().next(), before) && !joins(word.chars().next_back(), after)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, word: &str, expected: bool) {
        assert_eq!(mentions(text, word), expected, "{word:?} in {text:?}");
    }

    #[test]
    fn a_word_matches_only_as_a_whole() {
        check(r#"{"external_id":"D-1"}"#, "D-1", true);
        check(r#"{"external_id":"D-12"}"#, "D-1", false);
        check("D-12 and D-1", "D-1", true);
        check("/finance-api/v2/invoices", "/v2/invoices", true);
        check("XD-1", "D-1", false);
        check("anything", "", false);
    }

    #[test]
    fn steps_are_consumed_in_order_and_the_method_counts() {
        let mut plans = Plans::default();
        plans.set("D-1", Some("post"), vec![Step::Hang, Step::Drop]);
        assert_eq!(plans.take("GET", "D-1"), None);
        assert_eq!(plans.take("POST", "D-1"), Some(Step::Hang));
        assert_eq!(plans.take("POST", "D-2"), None);
        assert_eq!(plans.take("POST", "D-1"), Some(Step::Drop));
        assert_eq!(plans.take("POST", "D-1"), None);
        assert!(plans.left().is_empty());
    }

    #[test]
    fn a_new_plan_for_the_same_word_replaces_the_old_one() {
        let mut plans = Plans::default();
        plans.set("D-1", None, vec![Step::Hang, Step::Hang]);
        plans.set("D-1", None, vec![Step::Drop]);
        assert_eq!(plans.take("PUT", "D-1"), Some(Step::Drop));
        assert_eq!(plans.take("PUT", "D-1"), None);
    }
}
