//! The functions that are measured, from such as do next to nothing to such as do much.
//! Chapter 5 of the book, "Payoff".

/// A function of one parameter.
#[derive(Debug)]
pub(super) struct Subject {
    /// Its name.
    pub(super) name: &'static str,
    /// What it is, in a few words.
    pub(super) about: &'static str,
    /// What it is called with.
    pub(super) argument: u32,
    /// With what it has least to do.
    pub(super) least: u32,
    text: &'static str,
}

/// All of them.
pub(super) const SUBJECTS: [Subject; 9] = [
    Subject {
        name: "same",
        about: "returns its argument",
        argument: 7,
        least: 7,
        text: "
def same(n):
    return n
",
    },
    Subject {
        name: "increment",
        about: "one operation",
        argument: 7,
        least: 7,
        text: "
def increment(n):
    return n + 1
",
    },
    POLYNOMIAL,
    CLASSIFY,
    Subject { argument: 5, about: "a short loop", ..SUM_BELOW },
    IS_PRIME,
    Subject {
        name: "steps",
        about: "a loop with branches",
        argument: 27,
        least: 1,
        text: "
def steps(n):
    count = 0
    while n != 1:
        n = 3 * n + 1 if n & 1 else n // 2
        count += 1
    return count
",
    },
    Subject {
        name: "fib",
        about: "recursion",
        argument: 10,
        least: 0,
        text: "
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
",
    },
    Subject { argument: 1000, about: "a long loop", ..SUM_BELOW },
];

/// Those that a program has many of.
pub(super) const SMALL: [Subject; 4] =
    [POLYNOMIAL, CLASSIFY, Subject { argument: 5, ..SUM_BELOW }, IS_PRIME];

const POLYNOMIAL: Subject = Subject {
    name: "polynomial",
    about: "a straight line",
    argument: 7,
    least: 7,
    text: "
def polynomial(n):
    a = n + 1
    b = a * 3 - n
    a = a * b + n
    return b - a
",
};

const CLASSIFY: Subject = Subject {
    name: "classify",
    about: "many branches, of which few are taken",
    argument: 7,
    least: 7,
    text: "
def classify(n):
    if n < 0:
        a = n + 1
        b = a * 3 - n
        return a * b + n
    if n < 100:
        if n < 10:
            return n + 1
        a = n + 2
        b = a * 5 - n
        return a * b + n
    if n < 1000:
        if n < 500:
            a = n + 2
            b = a * 5 - n
            return a * b + n
        a = n + 3
        b = a * 7 - n
        return a * b + n
    if n < 10_000:
        a = n + 4
        b = a * 9 - n
        return a * b + n
    a = n + 5
    b = a * 11 - n
    return a * b + n
",
};

const SUM_BELOW: Subject = Subject {
    name: "sum_below",
    about: "a loop",
    argument: 0,
    least: 0,
    text: "
def sum_below(n):
    total = 0
    i = 0
    while i < n:
        total += i
        i += 1
    return total
",
};

const IS_PRIME: Subject = Subject {
    name: "is_prime",
    about: "a loop of eight divisions",
    argument: 97,
    least: 0,
    text: "
def is_prime(n):
    if n < 2:
        return False
    divisor = 2
    while divisor * divisor <= n:
        if n % divisor == 0:
            return False
        divisor += 1
    return True
",
};

impl Subject {
    /// What tables call it: `fib(10)`.
    pub(super) fn label(&self) -> String {
        format!("{}({})", self.name, self.argument)
    }

    /// The name of a copy.
    pub(super) fn copy_name(&self, number: usize) -> String {
        format!("{}_{number}", self.name)
    }

    /// Its definition.
    pub(super) fn definition(&self) -> &'static str {
        self.text
    }

    /// That of a copy.
    pub(super) fn copy(&self, number: usize) -> String {
        self.text.replace(self.name, &self.copy_name(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_a_name_of_its_own_that_it_calls_itself_by() {
        let fib = SUBJECTS.iter().find(|subject| subject.name == "fib").unwrap();
        let text = "
def fib_3(n):
    return n if n < 2 else fib_3(n - 1) + fib_3(n - 2)
";
        assert_eq!(fib.copy(3), text);
        assert_eq!(fib.label(), "fib(10)");
    }
}
