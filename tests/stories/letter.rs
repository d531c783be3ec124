//! Stories of what the desk says about the DLQs: a redrive takes a whole queue, so it is named for what may go back.

use fairlead::{
    cli::View,
    desk::{Desk, view::Letters},
};
use fairlead_core::ticket::Queue;
use fairlead_tests::{
    memory::{Says, World},
    sample::{deal, integration, keyed, waits},
};

use crate::console::aws::Aws;

const CRASHED: &str = r#"{"v":1,"step":"dispatch","entry":"deal-won-to-invoice/b","delivery":"0199c200-0000-0000-0000-000000000009"}"#;

const ALSO: &str =
    "A redrive of the whole queue also retries every parked delivery whose message lies there.\n";

/// What the desk says when these messages lie on this DLQ, and so many that somebody is looking at.
fn said(dlq: &str, bodies: &[&str], hidden: usize) -> (Letters, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let aws = Aws::with(0).await;
        let desk = Desk::of(aws.config(), "fairlead").await.expect("the stack is there");
        aws.lay(dlq, bodies);
        aws.crash(hidden);
        let letters = desk.dlq().await.expect("they are looked at");
        let text = letters.text();
        (letters, text)
    })
}

/// The message of a delivery that is parked.
fn parked() -> String {
    let world = World::new(integration(keyed(), waits(&[10])));
    world.vendor.borrow_mut().usually = Says::Status(422, None, "VAT id is required");
    world.submit(deal("D-1042")).expect("accepted");
    world.settle();
    world.bodies(Queue::Dlq).pop().expect("a message")
}

#[test]
fn an_event_that_could_not_be_accepted_goes_back_to_the_intake_queue() {
    let (letters, text) = said("IntakeDlqUrl", &[r#"{"id":"evt_1"}"#], 0);
    assert_eq!(letters.queues[0].letters[0].class, "crashed");
    assert!(
        text.contains("crashed: An event that could not be accepted: mend the cause"),
        "{text}"
    );
    let next = "Next: aws sqs start-message-move-task --source-arn \
                arn:aws:sqs:us-east-1:123456789012:intakedlqurl-dlq";
    assert!(text.contains(next), "{text}");
}

#[test]
fn a_redrive_is_named_only_where_all_that_lies_there_was_seen() {
    let (_, text) = said("RetryDlqUrl", &[CRASHED; 12], 0);
    assert!(text.contains("RetryDlqUrl: about 12 messages\n"), "{text}");
    assert!(text.contains("Next: aws sqs start-message-move-task"), "{text}");
    let (letters, text) = said("RetryDlqUrl", &[CRASHED; 12], 1);
    assert_eq!(letters.queues[2].about, 13, "what is hidden lies there, too");
    assert!(!text.contains("start-message-move-task"), "{text}");
    assert!(text.contains("Not all that lies there was seen"), "{text}");
}

#[test]
fn what_lies_beside_parked_messages_is_not_redriven_without_a_word() {
    let (_, alone) = said("DispatchDlqUrl", &[CRASHED], 0);
    assert!(alone.contains("Next: aws sqs start-message-move-task") && !alone.contains(ALSO));
    let parked = parked();
    let (_, text) = said("DispatchDlqUrl", &[CRASHED, &parked], 0);
    assert!(text.contains(ALSO) && !text.contains("start-message-move-task"), "{text}");
    let (_, only) = said("DispatchDlqUrl", &[&parked], 0);
    assert!(!only.contains(ALSO), "what is parked has messages there: {only}");
}
