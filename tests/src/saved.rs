//! What a save replaces of an entry, and what a rewrite does: the same in every world of tests as on AWS.

use fairlead_core::entry::Entry;

/// The entry that stands after `new` was saved over it: what was fixed at acceptance stays.
pub fn saved(found: &Entry, new: &Entry) -> Entry {
    Entry {
        life: new.life.clone(),
        history: new.history.clone(),
        writer: new.writer,
        ..found.clone()
    }
}

/// The same, and the request is replaced too.
pub fn rewritten(found: &Entry, new: &Entry) -> Entry {
    Entry {
        request: new.request.clone(),
        config_hash: new.config_hash.clone(),
        ..saved(found, new)
    }
}
