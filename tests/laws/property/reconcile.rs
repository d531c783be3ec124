//! Reconcile against an oracle that looks at each pair: every seeded mismatch is found, and no other.

use std::collections::{BTreeMap, BTreeSet};

use fairlead_core::{
    expression::Expression,
    id::{DeliveryId, VendorId},
    reconcile::{Findings, Means, Ours, Says, StatusRule, Theirs, compare, proven},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

/// What happened to one record since it was delivered.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Same,
    /// The vendor does not have it.
    Gone,
    Amount,
    Status,
    /// Its status stands in no table.
    Unheard,
    /// On its way, and the vendor has it already.
    Moving,
    /// On its way, and the vendor does not have it.
    Waiting,
    /// In doubt, and the vendor has it.
    Doubt,
    /// In doubt, and the vendor has something else under its name.
    Lookalike,
    /// Discarded, and the vendor has it.
    Discarded,
    /// Parked, and the vendor does not have it.
    Refused,
    /// Delivered before the list begins, and not on it.
    Before,
    /// The vendor has it, and nobody knows of it.
    Stray,
    /// The same, but it was taken back there.
    Void,
    /// The vendor has it twice.
    Twice,
}

fn fate() -> impl Strategy<Value = Fate> {
    use Fate::{
        Amount, Before, Discarded, Doubt, Gone, Lookalike, Moving, Refused, Same, Status, Stray,
        Twice, Unheard, Void, Waiting,
    };
    prop::sample::select(vec![
        Same, Gone, Amount, Status, Unheard, Moving, Waiting, Doubt, Lookalike, Discarded, Refused,
        Before, Stray, Void, Twice,
    ])
}

fn statuses() -> StatusRule {
    let table = [("draft", Means::Delivered), ("void", Means::Removed)];
    let table = table.map(|(status, means)| (status.to_owned(), means)).into();
    StatusRule { theirs: Expression::Input, table }
}

fn ours(n: u128, says: Says, known: bool) -> Ours {
    Ours {
        delivery: DeliveryId(Uuid::from_u128(n + 1)),
        record: format!("deal D-{n}"),
        name: format!("deal-D-{n}"),
        vendor_id: known.then(|| VendorId::new(format!("INV-{n}"))),
        says,
        creates: true,
        fields: BTreeMap::from([("amount".to_owned(), json!(n))]),
    }
}

fn theirs(n: u128, status: &str, amount: u128) -> Theirs {
    Theirs {
        id: VendorId::new(format!("INV-{n}")),
        name: Some(format!("deal-D-{n}")),
        status: Some(Value::from(status)),
        fields: BTreeMap::from([("amount".to_owned(), json!(amount))]),
    }
}

/// Both sides of one record.
fn sides(n: u128, fate: Fate, known: bool) -> (Option<Ours>, Vec<Theirs>) {
    let (delivered, not) = (Says::Delivered, |word: &str| Says::Not(word.to_owned()));
    let plain = theirs(n, "draft", n);
    let twin = Theirs { id: VendorId::new(format!("TWIN-{n}")), ..plain.clone() };
    let of = |says| Some(ours(n, says, known));
    match fate {
        Fate::Same => (of(delivered), vec![plain]),
        Fate::Gone => (of(delivered), vec![]),
        Fate::Amount => (of(delivered), vec![theirs(n, "draft", n + 1)]),
        Fate::Status => (of(delivered), vec![theirs(n, "void", n)]),
        Fate::Unheard => (of(delivered), vec![theirs(n, "lost", n)]),
        Fate::Moving => (of(Says::Moving), vec![plain]),
        Fate::Waiting => (of(Says::Moving), vec![]),
        Fate::Doubt => (Some(ours(n, Says::InDoubt, false)), vec![plain]),
        Fate::Lookalike => (Some(ours(n, Says::InDoubt, false)), vec![theirs(n, "draft", n + 1)]),
        Fate::Discarded => (of(not("discarded")), vec![theirs(n, "draft", n + 1)]),
        Fate::Refused => (of(not("parked: rejected")), vec![]),
        Fate::Before => (of(Says::Before), vec![]),
        Fate::Stray => (None, vec![plain]),
        Fate::Void => (None, vec![theirs(n, "void", n)]),
        // Whose answer was heard is the one; where none was, either may be called the second.
        Fate::Twice => (
            of(delivered).map(|one| Ours { vendor_id: Some(plain.id.clone()), ..one }),
            vec![twin, plain],
        ),
    }
}

/// What a person would find who looks at each pair of both lists.
fn naive(ours: &[Ours], theirs: &[Theirs]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let status = |item: &Theirs| item.status.clone().unwrap_or_default();
    for one in ours {
        let pairs = theirs.iter().filter(|item| item.name.as_ref() == Some(&one.name));
        let pairs: Vec<&Theirs> = pairs.collect();
        let own = pairs.iter().find(|item| one.vendor_id.as_ref() == Some(&item.id));
        let Some(item) = own.or(pairs.first()) else {
            if one.says == Says::Delivered {
                found.insert(format!("missing {}", one.name));
            }
            continue;
        };
        if matches!(one.says, Says::InDoubt | Says::Not(_)) {
            found.insert(format!("differing {} state", one.name));
        }
        if !matches!(one.says, Says::Moving | Says::Not(_)) && status(item) != "draft" {
            found.insert(format!("differing {} status", one.name));
        }
        if !matches!(one.says, Says::Moving | Says::Not(_)) && one.fields != item.fields {
            found.insert(format!("differing {} amount", one.name));
        }
    }
    for item in theirs {
        let known = ours.iter().any(|one| item.name.as_ref() == Some(&one.name));
        let twin = item.id.as_str().starts_with("TWIN");
        if (!known || twin) && status(item) != "void" {
            found.insert(format!("extra {}", item.id));
        }
    }
    found
}

fn told(findings: &Findings) -> BTreeSet<String> {
    let name = |record: &str| record.replace("deal D-", "deal-D-");
    let missing = findings.missing.iter().map(|m| format!("missing {}", name(&m.record)));
    let extra = findings.extra.iter().map(|e| format!("extra {}", e.vendor_id));
    let differing = findings.differing.iter();
    let differing = differing.map(|d| format!("differing {} {}", name(&d.record), d.field));
    missing.chain(extra).chain(differing).collect()
}

type Sides = (Vec<Ours>, Vec<Theirs>);

fn all(fates: &[(Fate, bool)]) -> Sides {
    let sides = (0..).zip(fates).map(|(n, (fate, known))| sides(n, *fate, *known));
    let (ours, theirs): (Vec<_>, Vec<_>) = sides.unzip();
    (ours.into_iter().flatten().collect(), theirs.into_iter().flatten().collect())
}

/// Both sides, each in an order of its own.
fn shuffled() -> impl Strategy<Value = Sides> {
    let fates = prop::collection::vec((fate(), any::<bool>()), 0..40);
    fates.prop_flat_map(|fates| {
        let (ours, theirs) = all(&fates);
        (Just(ours).prop_shuffle(), Just(theirs).prop_shuffle())
    })
}

proptest! {
    #[test]
    fn every_seeded_mismatch_is_found_and_no_other((ours, theirs) in shuffled()) {
        let findings = compare(&ours, &theirs, Some(&statuses()));
        prop_assert_eq!(told(&findings), naive(&ours, &theirs));
        let count = findings.missing.len() + findings.extra.len() + findings.differing.len();
        prop_assert_eq!(count, told(&findings).len(), "each is told once");
    }

    #[test]
    fn sides_that_agree_give_nothing(known in prop::collection::vec(any::<bool>(), 0..60)) {
        let fates: Vec<_> = known.into_iter().map(|known| (Fate::Same, known)).collect();
        let (ours, theirs) = all(&fates);
        let findings = compare(&ours, &theirs, Some(&statuses()));
        prop_assert!(findings.is_empty(), "{findings:?}");
        prop_assert_eq!(findings.compared, fates.len());
    }
}

/// A doubt that the vendor's list does not resolve stays one.
#[test]
fn a_doubt_is_resolved_only_by_what_proves_that_it_took_effect() {
    let doubt = || ours(7, Says::InDoubt, false);
    let update = || Ours { creates: false, ..doubt() };
    let blind = |one: Ours| Ours { fields: BTreeMap::new(), ..one };
    let unseen = Theirs { fields: BTreeMap::new(), ..theirs(7, "draft", 7) };
    let twin = || Theirs { id: VendorId::new("INV-8"), ..theirs(7, "draft", 7) };
    let rejected = Ours { says: Says::Not("parked: rejected".to_owned()), ..doubt() };
    for (what, one, items, proves) in [
        ("the same stands there", doubt(), vec![theirs(7, "draft", 7)], true),
        ("another amount stands there", doubt(), vec![theirs(7, "draft", 9)], false),
        ("its status is not known", doubt(), vec![theirs(7, "lost", 7)], false),
        ("it was taken back", doubt(), vec![theirs(7, "void", 7)], false),
        ("it stands there twice", doubt(), vec![theirs(7, "draft", 7), twin()], false),
        ("it was refused", rejected, vec![theirs(7, "draft", 7)], false),
        ("no values are compared", blind(doubt()), vec![unseen.clone()], true),
        ("an update has set its values", update(), vec![theirs(7, "draft", 7)], true),
        ("an update has not set them", update(), vec![theirs(7, "draft", 9)], false),
        ("an update of nobody knows what", blind(update()), vec![unseen], false),
    ] {
        let ours = [one];
        let findings = compare(&ours, &items, Some(&statuses()));
        assert_eq!(!proven(&ours, &findings).is_empty(), proves, "{what}: {findings:?}");
    }
}

/// Each change of a record is a delivery of its own, and the vendor shows the last.
#[test]
fn the_newest_delivery_of_a_name_counts() {
    let older = ours(7, Says::Delivered, true);
    let newer = Ours {
        delivery: DeliveryId(Uuid::from_u128(99)),
        fields: BTreeMap::from([("amount".to_owned(), json!(70))]),
        ..older.clone()
    };
    let item = theirs(7, "draft", 70);
    let findings = compare(&[newer.clone(), older.clone()], std::slice::from_ref(&item), None);
    assert!(findings.is_empty(), "{findings:?}");
    let on_its_way = Ours { says: Says::Moving, ..newer };
    let findings = compare(&[older, on_its_way], &[item], None);
    assert!(findings.is_empty(), "what is on its way may have changed it: {findings:?}");
}

/// Amounts are compared by their digits, never through a float.
#[test]
fn amounts_are_the_same_by_their_digits() {
    let of = |text: &str| BTreeMap::from([("amount".to_owned(), text.parse().expect("JSON"))]);
    for (here, there, same) in [
        ("12.50", "12.5", true),
        ("9007199254740993", "9007199254740992", false),
        ("1", "\"1\"", false),
    ] {
        let one = Ours { fields: of(here), ..ours(1, Says::Delivered, true) };
        let item = Theirs { fields: of(there), ..theirs(1, "draft", 1) };
        assert_eq!(compare(&[one], &[item], None).is_empty(), same, "{here} and {there}");
    }
}
