//! A sliding window of one second: how many requests came, and when the next one may.
use std::collections::VecDeque;
use std::time::{Duration, Instant};

const LENGTH: Duration = Duration::from_secs(1);

/// The instants of the last second, and the most that any second ever held.
#[derive(Debug, Default)]
pub(super) struct Window {
    recent: VecDeque<Instant>,
    peak: usize,
}

impl Window {
    pub(super) fn add(&mut self, now: Instant) {
        self.forget(now);
        self.recent.push_back(now);
        self.peak = self.peak.max(self.recent.len());
    }

    /// Adds the instant if the last second held fewer than `limit`; or else the wait until it would.
    pub(super) fn admit(&mut self, now: Instant, limit: u32) -> Result<(), Duration> {
        self.forget(now);
        if self.recent.len() < limit as usize {
            self.add(now);
            return Ok(());
        }
        let oldest = self.recent.front().copied().unwrap_or(now);
        Err(LENGTH.saturating_sub(now.duration_since(oldest)))
    }

    pub(super) fn peak(&self) -> usize {
        self.peak
    }

    fn forget(&mut self, now: Instant) {
        while self.recent.front().is_some_and(|at| now.duration_since(*at) >= LENGTH) {
            self.recent.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides_and_does_not_jump() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut window = Window::default();
        assert_eq!(window.admit(at(0), 2), Ok(()));
        assert_eq!(window.admit(at(900), 2), Ok(()));
        assert_eq!(window.admit(at(950), 2), Err(Duration::from_millis(50)));
        assert_eq!(window.admit(at(1000), 2), Ok(()));
        assert_eq!(window.admit(at(1100), 2), Err(Duration::from_millis(800)));
        assert_eq!(window.peak(), 2);
    }

    #[test]
    fn the_peak_is_the_fullest_second() {
        let start = Instant::now();
        let mut window = Window::default();
        for ms in [0, 600, 900, 1500, 1550, 4000] {
            window.add(start + Duration::from_millis(ms));
        }
        assert_eq!(window.peak(), 4, "600, 900, 1500 and 1550 are within one second");
    }
}
