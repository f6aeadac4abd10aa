//! How often each account was tried of late: counted here and not in a server's memory, so that guesses at
//! an account are not multiplied by the number of servers.

use std::time::Duration;

use auth_core::clock::Timestamp;
use diesel::prelude::*;

use crate::{
    db::{Fault, StoredDigest, Tx},
    schema::login_attempts::{account, attempts, began_at, table},
};

/// An account is counted from its first attempt on; so long after that the count begins anew.
pub(crate) const WINDOW: Duration = Duration::from_secs(60);

/// Too many: what is left of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait(pub(crate) Duration);

/// Counts an attempt at the account that `name` digests, whether or not there is such an account: at most
/// `most` in each window.
pub(crate) fn count(
    tx: &mut Tx,
    name: &StoredDigest,
    most: u32,
    now: Timestamp,
) -> Result<Result<(), Wait>, Fault> {
    let begun_before = (now - WINDOW).unix();
    // Conditional updates: however many servers count at once, none of them counts from a number that is old.
    let within = table.find(name).filter(began_at.gt(begun_before)).filter(attempts.lt(i64::from(most)));
    if diesel::update(within).set(attempts.eq(attempts + 1)).execute(tx)? == 1 {
        return Ok(Ok(()));
    }
    let over = table.find(name).filter(began_at.le(begun_before));
    if diesel::update(over).set((attempts.eq(1), began_at.eq(now.unix()))).execute(tx)? == 1 {
        return Ok(Ok(()));
    }
    let began: Option<i64> = table.find(name).select(began_at).first(tx).optional()?;
    match began {
        Some(began) => {
            let end = Timestamp::from_unix(began) + WINDOW;
            Ok(Err(Wait(end.saturating_since(now).max(Duration::from_secs(1)))))
        }
        None => {
            // Two first attempts at once: one of them fails, runs again and finds the row.
            diesel::insert_into(table)
                .values((account.eq(name), attempts.eq(1), began_at.eq(now.unix())))
                .execute(tx)?;
            Ok(Ok(()))
        }
    }
}

pub(crate) fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<usize, Fault> {
    Ok(diesel::delete(table.filter(began_at.le((now - WINDOW).unix()))).execute(tx)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use auth_core::secret::Digest;

    use super::*;
    use crate::testing::{World, twenty, worlds};

    fn attempt(world: &World, name: &str) -> Result<(), Wait> {
        let (name, now) = (Digest::of(name.as_bytes()).into(), world.ctx.now());
        world.tx(|tx| count(tx, &name, 5, now))
    }

    #[test]
    fn attempts_are_counted_per_account_and_forgotten_after_the_window() {
        for world in worlds() {
            for _ in 0..5 {
                attempt(&world, "alice").unwrap();
            }
            world.time.advance(Duration::from_secs(20));
            assert_eq!(attempt(&world, "alice"), Err(Wait(Duration::from_secs(40))));
            attempt(&world, "bob").unwrap();
            world.time.advance(Duration::from_secs(40));
            attempt(&world, "alice").unwrap();
        }
    }

    #[test]
    fn twenty_at_once_are_counted_one_by_one() {
        for world in worlds() {
            let allowed = twenty(|| attempt(&world, "alice")).into_iter().filter(Result::is_ok).count();
            assert_eq!(allowed, 5);
        }
    }

    #[test]
    fn only_what_no_longer_counts_is_deleted() {
        for world in worlds() {
            attempt(&world, "alice").unwrap();
            world.time.advance(Duration::from_secs(30));
            attempt(&world, "bob").unwrap();
            world.time.advance(Duration::from_secs(30));
            let now = world.ctx.now();
            assert_eq!(world.tx(|tx| delete_expired(tx, now)), 1);
        }
    }
}
