//! What the colours of the page must be: seen by everybody, on light and dark paper.

/// The colours of one scheme, by name.
fn scheme(css: &str) -> Vec<(&str, u32)> {
    let declared = css.split(';').filter_map(|declaration| declaration.rsplit_once("--")?.1.split_once(": #"));
    declared.map(|(name, hex)| (name, u32::from_str_radix(hex, 16).unwrap())).collect()
}

/// The relative luminance of a colour (WCAG 2.2).
fn luminance(colour: u32) -> f64 {
    let [_, red, green, blue] = colour.to_be_bytes().map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: u32, other: u32) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn texts_and_shapes_have_the_contrast_that_everybody_can_see_in_light_and_dark() {
    assert!((contrast(0x00ff_ffff, 0) - 21.0).abs() < 0.01);
    let css = include_str!("page.css");
    let roots: Vec<_> = css.split(":root {").skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
    assert_eq!(roots.len(), 2, "a light and a dark scheme");
    for root in roots {
        let colours = scheme(root);
        let of = |wanted: &str| colours.iter().find(|(name, _)| *name == wanted).unwrap().1;
        for text in ["ink", "soft"] {
            for paper in ["paper", "raised"] {
                let contrast = contrast(of(text), of(paper));
                assert!(contrast >= 4.5, "{text} on {paper}: {contrast:.2} (WCAG AA, 1.4.3)");
            }
        }
        for shape in ["axis", "created", "exists", "rejected", "in-doubt", "other"] {
            let contrast = contrast(of(shape), of("paper"));
            assert!(contrast >= 3.0, "{shape}: {contrast:.2} (WCAG AA, 1.4.11)");
        }
    }
}
