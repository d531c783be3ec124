//! Sources: captions, sizes, and what no code here may call.

use crate::{
    fault::{Fault, none},
    token::{faults, is_test, tokens, tokens_with_tests},
    tree::{File, sources},
};

const MOST_LINES: usize = 400;

/// What would make a rule of core depend on more than its arguments, or end it early.
const NOT_IN_CORE: [&str; 16] = [
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "dbg!",
    "todo!",
    ".unwrap()",
    "SystemTime",
    "Instant",
    "Timestamp::now",
    "Zoned::now",
    "now_v7",
    "new_v4",
    "rand",
    "tokio",
    "aws_",
];

/// Where the adapter looks at the clock.
const CLOCK: [(&str, &str); 6] = [
    ("shared/aws/src/world.rs", "it is the clock that core is given"),
    ("shared/aws/src/log.rs", "every line is stamped"),
    ("shared/aws/src/metric.rs", "a metric is counted when its line is written"),
    ("shared/aws/src/channel.rs", "a webhook's signature covers the time of the call"),
    (
        "shared/aws/src/vendor.rs",
        "a deadline and a Retry-After date are measured at the call itself",
    ),
    ("shared/aws/src/list.rs", "a Retry-After date is measured when the page is heard"),
];

#[test]
fn every_source_begins_with_its_caption() {
    let bare = sources().filter(|file| {
        let first = file.text.lines().next().unwrap_or_default();
        first.strip_prefix("//! ").is_none_or(|caption| caption.trim().is_empty())
    });
    none(bare.map(|file| {
        Fault::new(
            &file.path,
            1,
            "begin with `//! ` and one sentence that says what is in the file",
        )
    }));
}

#[test]
fn no_source_is_longer_than_400_lines() {
    let long = sources().filter(|file| file.text.lines().count() > MOST_LINES);
    none(long.map(|file| {
        let lines = file.text.lines().count();
        Fault::new(
            &file.path,
            lines,
            format!("{lines} lines; split it by subject, {MOST_LINES} at most"),
        )
    }));
}

#[test]
fn core_has_no_clock_no_chance_no_runtime_and_no_aws() {
    let mend = "core is given time, randomness and effects as arguments; ask through Ports";
    none(
        under("shared/core/src/").flat_map(|file| faults(file, &tokens(file), &NOT_IN_CORE, mend)),
    );
}

#[test]
fn contracts_have_no_clock_no_chance_no_runtime_and_no_aws() {
    let mend = "a mapping gives the same bytes for the same event, always; take it as an argument";
    none(
        under("shared/contracts/src/")
            .flat_map(|file| faults(file, &tokens(file), &NOT_IN_CORE, mend)),
    );
}

#[test]
fn env_alone_reads_the_variables_of_a_function() {
    let mend = "read it in shared/aws/src/env.rs, where the template's variables are listed";
    let others = deployed().filter(|file| file.path != "shared/aws/src/env.rs");
    none(others.flat_map(|file| {
        faults(file, &tokens(file), &["env::var", "env::vars", "env::var_os"], mend)
    }));
}

#[test]
fn the_adapter_looks_at_the_clock_only_where_it_is_meant_to() {
    let mend =
        "take the moment as an argument, or give the file and a reason in CLOCK of this test";
    let meant = |path: &str| CLOCK.iter().any(|(file, why)| *file == path && !why.is_empty());
    let others = deployed().filter(|file| !meant(&file.path));
    let now = ["Timestamp::now", "SystemTime::now"];
    none(others.flat_map(|file| faults(file, &tokens(file), &now, mend)));
}

#[test]
fn every_place_that_may_look_at_the_clock_does() {
    none(CLOCK.into_iter().filter_map(|(path, _)| {
        let file = sources().find(|file| file.path == path);
        let looks = file
            .is_some_and(|file| !crate::token::lines(&tokens(file), "Timestamp::now").is_empty());
        (!looks).then(|| {
            Fault::new(
                "tests/tidy/source.rs",
                0,
                format!("take {path} from CLOCK; it no longer looks"),
            )
        })
    }));
}

#[test]
fn code_outside_tests_does_not_unwrap_or_leave_things_to_do() {
    let mend = "say with `?`, a match or `expect(\"why it cannot fail\")` what happens instead";
    let code = sources().filter(|file| !is_test(&file.path));
    none(code.flat_map(|file| {
        faults(file, &tokens(file), &[".unwrap()", "todo!", "dbg!", "unimplemented!"], mend)
    }));
}

#[test]
fn no_test_is_left_out_or_waits_for_a_panic() {
    let mend = "a test runs always and asserts what it expects";
    none(sources().flat_map(|file| {
        faults(file, &tokens_with_tests(file), &["#[ignore]", "#[should_panic]"], mend)
    }));
}

#[test]
fn laws_and_stories_do_not_sleep() {
    let mend =
        "give the time as an argument and move it; a test that sleeps is slow and sometimes wrong";
    let told = ["tests/laws/", "tests/stories/"].into_iter().flat_map(under);
    none(
        told.flat_map(|file| {
            faults(file, &tokens_with_tests(file), &["sleep", "sleep_until"], mend)
        }),
    );
}

#[test]
fn a_test_is_named_by_a_sentence() {
    none(sources().flat_map(|file| {
        let mend = "name the test by the sentence that it proves, without `test_`";
        faults(file, &tokens_with_tests(file), &["fn test_"], mend)
    }));
}

fn under(folder: &'static str) -> impl Iterator<Item = &'static File> {
    sources().filter(move |file| file.path.starts_with(folder))
}

/// What runs in a function.
fn deployed() -> impl Iterator<Item = &'static File> {
    let folders = ["shared/", "functions/"].into_iter().flat_map(under);
    folders.filter(|file| !is_test(&file.path) && !file.path.ends_with("/build.rs"))
}
