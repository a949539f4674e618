//! Functions as seen from the place of a call: which may be called there, with
//! which arguments, and how they become values.

use super::Generator;
use super::scope::{Kind, Signature, VALUE_COST};
use crate::fuzz::tree::{BinaryOperator, Expr};

/// The parameter that gets smaller from call to call in a function that calls
/// itself.
pub(super) const COUNTDOWN: &str = "n";

impl Generator {
    /// A call whose value has that kind, if one can be afforded here.
    pub(super) fn call(&mut self, result: Kind, depth: u32) -> Option<Expr> {
        let mut callees = self.callees();
        callees.retain(|callee| result == Kind::Any || callee.result == result);
        callees.retain(|callee| self.scope.budget.affords(callee.cost));
        if callees.is_empty() {
            return None;
        }
        let callee = self.random.pick(&callees).clone();
        self.scope.budget.charge(callee.cost);
        Some(self.call_of(&callee, depth))
    }

    /// The functions in reach, also those that variables hold.
    fn callees(&self) -> Vec<Signature> {
        let held = self.scope.variables.iter().filter_map(|variable| match variable.kind {
            Kind::Function(arity) => Some(held_function(&variable.name, arity)),
            _ => None,
        });
        let recursion = self.scope.recursion.iter();
        let itself = recursion
            .filter(|recursion| recursion.calls_left > 0 && self.scope.loops == 0)
            .map(|recursion| recursion.signature.clone());
        self.functions.iter().cloned().chain(held).chain(itself).collect()
    }

    /// A call of that function with fitting arguments.
    pub(super) fn call_of(&mut self, callee: &Signature, depth: u32) -> Expr {
        let mut arguments = Vec::new();
        let mut kinds = callee.parameters.as_slice();
        if let Some(first) = self.countdown(callee, depth) {
            arguments.push(first);
            kinds = &kinds[1..];
        }
        arguments.extend(kinds.iter().map(|kind| self.value(*kind, depth)));
        Expr::call(&callee.name, arguments)
    }

    /// The first argument of a function that calls itself: from the function
    /// itself one that is smaller than its own, from outside one up to the
    /// depth that its cost was counted for.
    fn countdown(&mut self, callee: &Signature, depth: u32) -> Option<Expr> {
        use BinaryOperator::{Remainder, Subtract};
        let most = i64::from(callee.recursion_depth?);
        let recursion = self.scope.recursion.as_mut();
        if let Some(recursion) = recursion.filter(|inside| inside.signature.name == callee.name) {
            recursion.calls_left -= 1;
            let step = self.random.weighted(&[(3, 1), (1, 2)]);
            let smaller = Expr::binary(Expr::name(COUNTDOWN), Subtract, Expr::Int(step));
            return Some(smaller);
        }
        if self.random.one_in(2) {
            return Some(Expr::Int(self.random.between(-1..=most)));
        }
        let integer = self.integer(depth).expr;
        Some(Expr::binary(integer, Remainder, Expr::Int(most + 1)))
    }

    /// A function that may be called with `arity` small integers. Panics if
    /// there is none: then no variable has that kind.
    pub(super) fn function_value(&mut self, arity: usize, depth: u32) -> Expr {
        if depth > 1 && self.random.one_in(3) {
            let value = self.function_value(arity, depth - 1);
            let otherwise = self.function_value(arity, depth - 1);
            return Expr::conditional(value, self.test(depth - 1), otherwise);
        }
        let variable = self.variable(|variable| variable.kind == Kind::Function(arity));
        if let Some(variable) = variable
            && self.random.one_in(3)
        {
            return Expr::Name(variable.name);
        }
        let functions = self.functions.iter().filter(|function| function.is_value_with(arity));
        let names: Vec<String> = functions.map(|function| function.name.clone()).collect();
        Expr::Name(self.random.pick(&names).clone())
    }

    /// An arity that a variable for functions may have, if there is any.
    pub(super) fn arity_of_a_value(&mut self) -> Option<usize> {
        let functions = self.functions.iter().map(|function| (function, function.parameters.len()));
        let values = functions.filter(|(function, arity)| function.is_value_with(*arity));
        let arities: Vec<usize> = values.map(|(_, arity)| arity).collect();
        (!arities.is_empty()).then(|| *self.random.pick(&arities))
    }
}

/// What is known of the function that a variable holds.
fn held_function(variable: &str, arity: usize) -> Signature {
    Signature {
        name: variable.to_owned(),
        parameters: vec![Kind::Small; arity],
        result: Kind::Small,
        recursion_depth: None,
        cost: VALUE_COST,
    }
}
