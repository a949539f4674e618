//! Sequences of stencils with holes of all kinds, linked twice.

use ch02_stencils::{CodeAddress, HoleKind, StencilId};
use ch03_relocations::arch::X86_64;
use ch03_relocations::layout::Peepholes;
use ch03_relocations::link::{Image, Library, Step};
use fastrand::Rng;

use crate::made::{FAR, FARTHER, VALUE, all_kinds};
use crate::reference::Reference;
use crate::steps::{Steps, link};

const ADDRESS: u64 = 0x7f12_3456_7000;

/// Steps that nobody has thought of.
struct Random {
    stencils: Vec<StencilId>,
    labels: Vec<Step>,
    values: Vec<u64>,
}

impl Random {
    fn new(library: &Library<X86_64>, rng: &mut Rng) -> Random {
        let stencils: Vec<StencilId> = library.iter().map(|(id, _)| id).collect();
        let count = rng.u32(1..60);
        let mut stencils: Vec<StencilId> =
            (0..count).map(|_| *rng.choice(&stencils).expect("there are some")).collect();
        let last = rng.choice(["END", "FAIL", "GO_TO_LABEL", "GO_OUTSIDE"]).unwrap();
        stencils[count as usize - 1] = library.find(last).expect("it is there");
        let labels = (0..count).map(|_| Step(rng.u32(..count))).collect();
        // With what is added, they fit 4 bytes, with a sign and without.
        let values = (0..count).map(|_| rng.u64(8..1 << 31)).collect();
        Random { stencils, labels, values }
    }
}

impl Steps for Random {
    fn count(&self) -> u32 {
        self.stencils.len() as u32
    }

    fn stencil(&self, Step(step): Step) -> StencilId {
        self.stencils[step as usize]
    }

    fn label(&self, Step(step): Step, _: HoleKind) -> Step {
        self.labels[step as usize]
    }

    fn value(&self, Step(step): Step, symbol: HoleKind) -> u64 {
        let value = self.values[step as usize];
        if symbol == VALUE { value } else { ADDRESS - value / 2 }
    }
}

#[test]
fn both_linkers_write_the_same_bytes() {
    let libraries: Vec<_> = Peepholes::every().map(all_kinds).collect();
    let mut image = Image::new();
    for seed in 0..3000 {
        let mut rng = Rng::with_seed(seed);
        let library = rng.choice(&libraries).expect("there are some");
        let steps = Random::new(library, &mut rng);
        link(library, &steps, &mut image).expect("the values fit");
        let address = ADDRESS + rng.u64(..1000) * 64;
        let [far, farther] = [(); 2].map(|()| match rng.bool() {
            true => ADDRESS.wrapping_add(rng.u64(..1 << 30)),
            false => rng.u64(..),
        });
        let outside = |symbol| match symbol {
            FAR => far,
            FARTHER => farther,
            _ => ADDRESS - (1 << 30),
        };
        let mut bytes = vec![0; image.size()];
        image.place(&mut bytes, CodeAddress(address), outside).expect("all is near, or called");
        let reference = Reference { library, steps: &steps, address, outside };
        assert!(reference.link() == Ok(bytes), "seed {seed}");
    }
}

#[test]
fn the_memory_of_an_image_is_used_again_and_leaves_no_trace() {
    let library = all_kinds(Peepholes::ALL);
    let mut used = Image::new();
    for seed in 0..200 {
        let steps = Random::new(&library, &mut Rng::with_seed(seed));
        let mut fresh = Image::new();
        link(&library, &steps, &mut used).expect("the values fit");
        link(&library, &steps, &mut fresh).expect("the values fit");
        assert_eq!((used.bytes(), used.size()), (fresh.bytes(), fresh.size()));
        assert_eq!((used.kept(), used.map()), (fresh.kept(), fresh.map()));
        assert_eq!(used.alignment(), fresh.alignment());
    }
}
