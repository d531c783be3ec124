//! Commands that are printed to be typed next go to the place that this one went to: names of issues are the same in
//! every stack, so a command without its options would act on another one.

use fairlead_core::word;
use serde_json::Value;

/// The options that were given, each a name and a value.
pub(crate) type Given<'a> = [(&'static str, &'a str)];

/// What stands before a command where lines have one. What quotes a vendor begins with none of these.
const BEFORE: [&str; 3] = ["Next: ", "  ", "More of them: "];

/// The members of JSON that are a command.
const MEMBERS: [&str; 4] = ["next", "next_action", "command", "mend"];

/// The command with these options.
pub(crate) fn one(said: &str, given: &Given<'_>) -> String {
    command(said, given).unwrap_or_else(|| said.to_owned())
}

/// The text with these options in its commands.
pub(crate) fn text(text: &str, given: &Given<'_>) -> String {
    let last = text.lines().count().saturating_sub(1);
    let lines = text.split_inclusive('\n').enumerate();
    lines.map(|(number, said)| line(said, number == last, given)).collect()
}

/// The JSON with these options in the members that are commands, or that are such a text.
pub(super) fn json(value: &mut Value, given: &Given<'_>) {
    if let Some(Value::String(page)) = value.get_mut("text") {
        *page = text(page, given);
    }
    members(value, given);
}

fn members(value: &mut Value, given: &Given<'_>) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|one| members(one, given)),
        Value::Object(all) => {
            for (name, one) in all.iter_mut() {
                match one {
                    Value::String(said) if MEMBERS.contains(&name.as_str()) => {
                        *said = command(said, given).unwrap_or_else(|| behind_reason(said, given));
                    }
                    other => members(other, given),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn line(said: &str, is_last: bool, given: &Given<'_>) -> String {
    // The last line of status says its command after its figures.
    let figures = said.rfind(".  Next: ").filter(|_| is_last).map(|at| at + ".  Next: ".len());
    if let Some(mend) = said.strip_prefix("      mend: ") {
        let mended = command(mend, given).unwrap_or_else(|| behind_reason(mend, given));
        return format!("      mend: {mended}");
    }
    let starts = BEFORE.iter().filter(|before| said.starts_with(**before)).map(|text| text.len());
    let starts = starts.chain(figures);
    let mut found =
        starts.filter_map(|at| Some(said[..at].to_owned() + &command(&said[at..], given)?));
    found.next().unwrap_or_else(|| said.to_owned())
}

/// A text that ends with a command, as in "once it is gone: fairlead resume x".
fn behind_reason(said: &str, given: &Given<'_>) -> String {
    let at = said.rfind(": fairlead ").map(|at| at + ": ".len());
    let found = at.and_then(|at| Some(said[..at].to_owned() + &command(&said[at..], given)?));
    found.unwrap_or_else(|| said.to_owned())
}

/// The command with those of the options that it does not have; none where it is another program's. What the AWS
/// command takes of them stands at its end.
fn command(said: &str, given: &Given<'_>) -> Option<String> {
    let ours = said.starts_with("fairlead ") || said.starts_with("aws ");
    ours.then(|| {
        let mut parts = Vec::new();
        let (mut rest, mut from) = (said, 0);
        while let Some((at, join)) = next_join(rest, from) {
            if is_open(&rest[..at]) {
                from = at + join.len();
                continue;
            }
            parts.push(part(&rest[..at], given) + join);
            (rest, from) = (&rest[at + join.len()..], 0);
        }
        parts.concat() + &part(rest, given)
    })
}

/// Where the next command of a line begins, from there on.
fn next_join(said: &str, from: usize) -> Option<(usize, &'static str)> {
    let found = [" && ", " || "]
        .into_iter()
        .filter_map(|join| Some((said[from..].find(join)? + from, join)));
    found.min()
}

/// Whether the text ends within quotes.
fn is_open(said: &str) -> bool {
    ['\'', '"'].into_iter().any(|quote| said.matches(quote).count() % 2 == 1)
}

fn part(said: &str, given: &Given<'_>) -> String {
    // What is quoted, or stands behind the options, is no option.
    let plain = said.split(['\'', '"']).next().unwrap_or_default();
    let plain = plain.split(" -- ").next().unwrap_or_default();
    let has = |name: &str| {
        plain.split_whitespace().any(|word| word.split('=').next() == Some(&format!("--{name}")))
    };
    let missing = |of: &dyn Fn(&str) -> bool| -> String {
        let missing = given.iter().filter(|(name, _)| of(name) && !has(name));
        missing.map(|(name, value)| format!(" {}", word::option(name, value))).collect()
    };
    match (said.strip_prefix("fairlead "), said.starts_with("aws ")) {
        (Some(rest), _) => format!("fairlead{} {rest}", missing(&|_| true)),
        (None, true) => {
            let end = said.trim_end();
            let aws = missing(&|name| matches!(name, "profile" | "region"));
            format!("{end}{aws}{}", &said[end.len()..])
        }
        (None, false) => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const GIVEN: [(&str, &str); 2] = [("config-env", "prod"), ("stack-name", "my stack")];

    #[track_caller]
    fn check(said: &str, wanted: &str) {
        assert_eq!(text(said, &GIVEN), wanted);
    }

    #[test]
    fn a_printed_command_goes_to_the_place_that_was_named() {
        let here = "fairlead --config-env prod --stack-name 'my stack'";
        check(
            "x\nNext: fairlead issues show 7Q2F\n",
            &format!("x\nNext: {here} issues show 7Q2F\n"),
        );
        check(
            "  fairlead retry a --reason \"...\"\n",
            &format!("  {here} retry a --reason \"...\"\n"),
        );
        check(
            "1 record needs someone.  Next: fairlead tail\n",
            &format!("1 record needs someone.  Next: {here} tail\n"),
        );
        check(
            "More of them: fairlead deliveries --issue 7Q2F\n",
            &format!("More of them: {here} deliveries --issue 7Q2F\n"),
        );
        check(
            "      mend: once it is gone: fairlead resume x\n",
            &format!("      mend: once it is gone: {here} resume x\n"),
        );
    }

    #[test]
    fn what_a_command_has_and_what_is_no_command_stays() {
        check(
            "  fairlead --stack-name orders status\n",
            "  fairlead --config-env prod --stack-name orders status\n",
        );
        for said in [
            "09:00:00  attempt 1   422 Next: fairlead retry x\n",
            "422 \"no.  Next: fairlead retry x\"\nNext: aws sqs start-message-move-task\n",
            "Next: put a valid key in fairlead/finance-api\n",
            "  sam logs --stack-name fairlead\n",
        ] {
            check(said, said);
        }
        assert_eq!(text("Next: fairlead tail\n", &[]), "Next: fairlead tail\n");
    }

    #[test]
    fn each_command_of_a_line_goes_there_and_nothing_within_quotes_is_one() {
        let check = |said: &str, wanted: &str| {
            let given = [("profile", "prod"), ("stack-name", "shop")];
            assert_eq!(text(said, &given), wanted);
        };
        check(
            "  fairlead resume x && fairlead retry y --reason \"...\"\n",
            "  fairlead --profile prod --stack-name shop resume x \
             && fairlead --profile prod --stack-name shop retry y --reason \"...\"\n",
        );
        check(
            "  aws a put --x \"$KEY\" || aws a create --x \"$KEY\"\n",
            "  aws a put --x \"$KEY\" --profile prod || aws a create --x \"$KEY\" --profile prod\n",
        );
        check(
            "  fairlead record -- 'a && fairlead x --profile b'\n",
            "  fairlead --profile prod --stack-name shop record -- 'a && fairlead x --profile b'\n",
        );
        check(
            "      mend: once it is gone: fairlead resume x\n",
            "      mend: once it is gone: fairlead --profile prod --stack-name shop resume x\n",
        );
    }

    #[test]
    fn programs_are_given_the_same_commands() {
        let mut said = json!({
            "text": "  fairlead status\n",
            "next": "fairlead status",
            "issues": [{"next": "fairlead issues show 7Q2F", "next_action": "Look there.", "record": "fairlead x"}],
        });
        json(&mut said, &GIVEN[..1]);
        let wanted = json!({
            "text": "  fairlead --config-env prod status\n",
            "next": "fairlead --config-env prod status",
            "issues": [{
                "next": "fairlead --config-env prod issues show 7Q2F",
                "next_action": "Look there.",
                "record": "fairlead x",
            }],
        });
        assert_eq!(said, wanted);
    }
}
