//! One scenario: its sentence, when it may run, and what it does.

use futures::future::LocalBoxFuture;
use libtest_mimic::Trial;

use super::{stage::Stage, world::World};

/// One scenario.
#[derive(Clone, Copy)]
pub(crate) struct Scenario {
    /// What must be true, as a sentence.
    pub(crate) title: &'static str,
    /// When it begins, and until when others have to wait for it.
    pub(crate) stages: &'static [Stage],
    /// It needs a browser.
    pub(crate) browser: bool,
    run: Run,
}

type Run = for<'w> fn(&'w World) -> LocalBoxFuture<'w, ()>;

impl Scenario {
    /// Runs together with most others.
    pub(crate) fn new(title: &'static str, run: Run) -> Self {
        Self::at(&[Stage::Together], title, run)
    }

    /// Runs at stages of its own.
    pub(crate) fn at(stages: &'static [Stage], title: &'static str, run: Run) -> Self {
        Self { title, stages, browser: false, run }
    }

    /// Runs together with most others, in a browser.
    pub(crate) fn in_browser(title: &'static str, run: Run) -> Self {
        Self { browser: true, ..Self::new(title, run) }
    }

    /// A trial that does nothing, for lists and filters.
    pub(crate) fn name(&self) -> Trial {
        Trial::test(self.title, || Ok(()))
    }

    /// Waits for its first stage, runs, and lets the later ones begin, whatever comes of it.
    pub(crate) async fn run(&self, world: &World) {
        let _held = world.stages.enter(self.stages).await;
        (self.run)(world).await;
    }
}
