//! `fairlead explain`: one page per code.

use std::fmt::Write;

use fairlead_contracts::Code;

use super::Told;

/// Explains a code, or lists all.
pub(crate) fn run(code: Option<&str>) -> Told {
    let Some(text) = code else { return Told::well(list()) };
    match (Code::find(text), Code::near(text)) {
        (Some(code), _) => Told::well(page(code)),
        (None, Some(near)) => Told::usage(format!(
            "there is no code \"{text}\"; did you mean {near} ({})?",
            near.title()
        )),
        (None, None) => {
            Told::usage(format!("there is no code \"{text}\"; `fairlead explain` lists them"))
        }
    }
}

fn list() -> String {
    let mut text = String::new();
    for code in Code::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{code}  {}", code.title());
    }
    text.push_str("\nNext: fairlead explain FL0302\n");
    text
}

/// The page for a terminal: headings without their signs, examples indented without their fences.
fn page(code: Code) -> String {
    let mut text = String::new();
    let mut example = false;
    for line in code.page().lines() {
        if line.starts_with("```") {
            example = !example;
        } else if example {
            let _ = writeln!(text, "    {line}");
        } else {
            let _ = writeln!(text, "{}", line.trim_start_matches('#').trim_start());
        }
    }
    // A fence that is left out leaves the empty line beside it.
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_and_listed() {
        let list = run(None).out;
        for code in Code::ALL {
            let told = run(Some(code.as_str()));
            assert_eq!(told.code, 0);
            assert!(told.out.starts_with(&format!("{code}: {}\n", code.title())), "{}", told.out);
            assert!(!told.out.contains("```"), "{}", told.out);
            assert!(list.contains(code.title()));
        }
    }

    #[test]
    fn a_slip_is_answered_with_what_was_meant() {
        let told = run(Some("FL0302x"));
        assert_eq!((told.code, told.out.as_str()), (2, ""));
        assert!(told.err.contains("did you mean FL0302"), "{}", told.err);
        assert!(run(Some("owner")).err.contains("`fairlead explain` lists them"));
    }
}
