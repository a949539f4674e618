//! What is printed about a source that is no program of the language.

use ch00_workbench::Source;
use ch01_bytecode_vm::load;

fn report(text: &str) -> String {
    let source = Source { name: "program.py".into(), text: text.into() };
    let refusal = load(source).expect_err("the source is refused");
    assert_eq!(refusal.status, 1);
    refusal.message
}

#[test]
fn a_syntax_error_is_told_in_cpythons_format() {
    insta::assert_snapshot!(report("if x\n    y = 1\n"));
    insta::assert_snapshot!(report("def f():\n    return\n  x = 1\n"));
    insta::assert_snapshot!(report("if x:\n        y = 1\n\tz = 2\n"));
    insta::assert_snapshot!(report("print(1\nx = 2\n"));
}

#[test]
fn rules_that_no_grammar_has_are_syntax_errors() {
    insta::assert_snapshot!(report("def f(a, b, a):\n    pass\n"));
    insta::assert_snapshot!(report("x = 1\nreturn x\n"));
    insta::assert_snapshot!(report("def f():\n    x = 1\n    global x\n"));
}

#[test]
fn what_cpython_finds_first_is_reported_first() {
    let late = report("return 1\ndef f(a, a):\n    pass\n");
    assert!(late.contains("line 2"), "the symbol table comes before the code generator: {late}");
}

#[test]
fn an_unsupported_construct_is_named_underlined_and_promised() {
    insta::assert_snapshot!(report("x = [1, 2]\n"));
    insta::assert_snapshot!(report("x = 1\ny = x / 2\n"));
    insta::assert_snapshot!(report("class Point:\n    pass\n"));
    insta::assert_snapshot!(report("x = 4611686018427387904\n"));
    insta::assert_snapshot!(report("print(1, end='')\n"));
    insta::assert_snapshot!(report("def f(a, b=1):\n    pass\n"));
}

#[test]
fn every_unsupported_construct_says_what_it_is() {
    let constructs = [
        "del x",
        "type T = int",
        "x: int = 1",
        "with x: pass",
        "match x:\n    case 1: pass",
        "raise x",
        "try: pass\nexcept x: pass",
        "assert x",
        "import x",
        "from x import y",
        "def f():\n    x = 1\n    def g():\n        pass",
        "async def f(): pass",
        "@x\ndef f(): pass",
        "def f(*a): pass",
        "def f(**a): pass",
        "def f(*, a): pass",
        "def f(a: int): pass",
        "def f() -> int: pass",
        "(x := 1)",
        "lambda: 1",
        "{}",
        "{1}",
        "(1, 2)",
        "(x for x in y)",
        "f''",
        "b''",
        "x = ...",
        "x.y",
        "x[1]",
        "f(*x)",
        "1.5",
        "2j",
        "x @ y",
        "x in y",
        "a, b = x",
        "a, b = 1, 2, 3",
        "a = 1, 2",
        "a = b, c = 1, 2",
        "a, *b = 1, 2",
        "x.y = 1",
        "x[1] += 1",
        "for x in y: pass",
        "for x, y in range(3): pass",
        "range = 1\nfor i in range(3): pass",
        "[a, b] = 1, 2",
    ];
    for construct in constructs {
        let message = report(construct);
        assert!(message.contains("is not part of the language"), "{construct}: {message}");
        assert!(message.contains('^'), "{construct}: {message}");
        let vague = message.contains("this statement") || message.contains("this expression");
        assert!(!vague, "{construct}: {message}");
    }
}
