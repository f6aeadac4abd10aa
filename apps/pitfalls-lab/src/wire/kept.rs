//! The messages that are kept, and where each stands to the exploit's end.

use std::collections::BTreeSet;

use super::Exchange;

/// Older messages are forgotten beyond this number.
const KEPT: usize = 200;

/// Where a message stands to the exploit's end, and how its answer does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moment {
    /// It belongs to an exploit that has ended since.
    pub(crate) of_the_exploit: bool,
    /// It was sent when the exploit had ended.
    pub(crate) afterwards: bool,
    /// It was sent before the exploit's end, and answered only then.
    pub(crate) answered_late: bool,
    /// Its sender hung up before there was an answer.
    pub(crate) given_up: bool,
}

#[derive(Debug, Default)]
pub(super) struct Kept {
    /// How many came before these, and are forgotten.
    forgotten: usize,
    exchanges: Vec<Exchange>,
    /// Those whose sender hung up, by number.
    given_up: BTreeSet<usize>,
    /// When the exploit ended: the number of the next message, and those without an answer by then.
    end: Option<(usize, BTreeSet<usize>)>,
}

impl Kept {
    pub(super) fn all(&self) -> Vec<Exchange> {
        self.exchanges.clone()
    }

    pub(super) fn moments(&self) -> Vec<Moment> {
        (0..self.exchanges.len()).map(|index| self.moment(index)).collect()
    }

    fn moment(&self, index: usize) -> Moment {
        let number = self.forgotten + index;
        let given_up = self.given_up.contains(&number);
        let Some((next, waiting)) = &self.end else { return Moment { given_up, ..Moment::default() } };
        let answered = self.exchanges.get(index).is_some_and(|exchange| !exchange.response.is_empty());
        Moment {
            of_the_exploit: number < *next,
            afterwards: number >= *next,
            answered_late: answered && waiting.contains(&number),
            given_up,
        }
    }

    pub(super) fn clear(&mut self) {
        self.forget();
        self.given_up.clear();
        self.end = None;
    }

    fn forget(&mut self) {
        self.forgotten += self.exchanges.len();
        self.exchanges.clear();
    }

    /// Its number: the answer may come when it is forgotten.
    pub(super) fn push(&mut self, exchange: Exchange) -> usize {
        if self.exchanges.len() >= KEPT {
            self.forget();
        }
        self.exchanges.push(exchange);
        self.forgotten + self.exchanges.len() - 1
    }

    pub(super) fn answer(&mut self, number: usize, lines: Vec<String>) {
        let index = number.checked_sub(self.forgotten);
        if let Some(exchange) = index.and_then(|index| self.exchanges.get_mut(index)) {
            exchange.response = lines;
        }
    }

    /// Nobody works on this message any more. Without an answer, its sender has hung up.
    pub(super) fn end_of(&mut self, number: usize) {
        let index = number.checked_sub(self.forgotten);
        let exchange = index.and_then(|index| self.exchanges.get(index));
        if exchange.is_some_and(|exchange| exchange.response.is_empty()) {
            self.given_up.insert(number);
        }
    }

    pub(super) fn exploit_ended(&mut self) {
        if self.end.is_some() {
            return;
        }
        let waiting = self.exchanges.iter().enumerate().filter(|(_, exchange)| exchange.response.is_empty());
        let waiting = waiting.map(|(index, _)| self.forgotten + index).collect();
        self.end = Some((self.forgotten + self.exchanges.len(), waiting));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_comes_after_a_reset_is_nobody_elses() {
        let request = |line: &str| Exchange {
            from: String::new(),
            to: String::new(),
            request: vec![line.to_owned()],
            response: Vec::new(),
        };
        let mut wire = Kept::default();
        let early = wire.push(request("early"));
        wire.clear();
        let late = wire.push(request("late"));
        wire.answer(early, vec!["to the early one".to_owned()]);
        assert!(wire.all()[0].response.is_empty());
        wire.answer(late, vec!["to the late one".to_owned()]);
        assert_eq!(wire.all()[0].response, ["to the late one"]);
    }

    #[test]
    fn what_comes_after_the_exploit_is_no_part_of_it() {
        let request = || Exchange {
            from: String::new(),
            to: String::new(),
            request: vec!["GET / HTTP/1.1".to_owned()],
            response: Vec::new(),
        };
        let answer = || vec!["HTTP/1.1 200 OK".to_owned()];
        let mut wire = Kept::default();
        let numbers = [wire.push(request()), wire.push(request()), wire.push(request())];
        wire.answer(numbers[0], answer());
        wire.end_of(numbers[0]);
        wire.end_of(numbers[1]);
        wire.exploit_ended();
        wire.answer(numbers[2], answer());
        let by_hand = wire.push(request());
        wire.answer(by_hand, answer());
        wire.exploit_ended();
        let of_the_exploit = Moment { of_the_exploit: true, ..Moment::default() };
        let expected = [
            of_the_exploit,
            Moment { given_up: true, ..of_the_exploit },
            Moment { answered_late: true, ..of_the_exploit },
            Moment { afterwards: true, ..Moment::default() },
        ];
        assert_eq!(wire.moments(), expected);
        wire.clear();
        wire.push(request());
        assert_eq!(wire.moments(), [Moment::default()], "a reset forgets the exploit");
    }
}
