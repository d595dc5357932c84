//! What holds for every cell, whatever it contains.

use proptest::prelude::*;

use super::*;

thread_local! {
    /// Made once: it costs milliseconds.
    static READER: std::cell::RefCell<PhoneReader> = std::cell::RefCell::new(PhoneReader::new());
}

fn read(cell: &str, region: Option<Region>) -> Result<PhoneReading, Refusal> {
    READER.with_borrow_mut(|reader| reader.read(cell, region))
}

fn any_region() -> impl Strategy<Value = Option<Region>> {
    let regions: Vec<Region> = Region::all().collect();
    proptest::option::weighted(0.9, proptest::sample::select(regions))
}

/// Every number that comes out of a cell is valid, and read again it is itself.
fn holds_only_valid_numbers(cell: &str, region: Option<Region>) -> Result<(), TestCaseError> {
    let reading = match read(cell, region) {
        Ok(reading) => reading,
        Err(refusal) => {
            prop_assert!(REFUSALS.contains(&refusal.code), "{refusal:?}");
            return Ok(());
        }
    };
    for repair in &reading.repairs {
        prop_assert!(REPAIRS.iter().any(|(code, _)| code == repair), "{repair}");
    }
    prop_assert!(reading.phones().filter(|phone| *phone == reading.phone).count() == 1);
    for phone in reading.phones() {
        let written = phone.to_string();
        prop_assert_eq!(Phone::from_e164(&written), Some(phone));
        let again = read(&written, region);
        prop_assert!(again.as_ref().is_ok_and(|again| again.phone == phone), "{written} → {again:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_text_whatever_makes_the_reader_panic(cell in "(?s).{0,400}", region in any_region()) {
        holds_only_valid_numbers(&cell, region)?;
    }

    #[test]
    fn no_mixture_of_digits_and_marks_makes_a_wrong_number(
        cell in "[0-9+() ./,;:|#=&%'\"<>@eExXO\\n\\t\u{a0}\u{200b}\u{fffd}\u{ff11}\u{2013}²-]{0,40}",
        region in any_region(),
    ) {
        holds_only_valid_numbers(&cell, region)?;
    }

    #[test]
    fn pieces_of_real_cells_in_any_order_make_no_wrong_number(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "+49", "0049", "(0)", "30", "030", "123456", "0171 1234567", " ", "/", ", ", ";", "Tel.", "Fax", "ext. 12",
                "x", "DW", "or", "-0", "E+12", ".0", "=", "\"", "tel:", "wa.me/", "1-800-", "FLOWERS", "+1", "650-253-0000",
                "4.915123456789", "(12)", "\n", "Büro", "O", "&nbsp;", "phone-context=", "٠٣٠", "00", "+", "49", "4949",
            ]),
            0..7,
        ),
        region in any_region(),
    ) {
        holds_only_valid_numbers(&pieces.concat(), region)?;
    }

    #[test]
    fn rules_only_take_numbers_away(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec!["+49 30 23125001", "0900 1234567", "0171 1234567", "; ", " or ", "0800 1234567", "4915123456789"]),
            1..6,
        ),
        kinds in proptest::sample::subsequence(PhoneKind::NAMED.to_vec(), 1..4),
        certain in any::<bool>(),
    ) {
        let Ok(reading) = read(&pieces.concat(), Region::parse("DE")) else { return Ok(()) };
        let callable = Callable::Only(kinds.into_iter().map(|(kind, _)| kind).collect());
        let guesses = if certain { Guesses::Refused } else { Guesses::Marked };
        let rules = NumberRules { callable: callable.clone(), guesses };
        let found: Vec<Phone> = reading.phones().collect();
        match rules.apply(reading.clone()) {
            Ok(left) => {
                let kinds = left.others.iter().map(|(_, kind)| *kind).chain([left.kind]);
                prop_assert!(kinds.into_iter().all(|kind| callable.allows(kind)) && !(certain && left.flagged));
                let in_order: Vec<Phone> = found.into_iter().filter(|phone| left.phones().any(|it| it == *phone)).collect();
                prop_assert_eq!(left.phones().collect::<Vec<_>>(), in_order);
            }
            Err(refusal) => {
                let known = REFUSALS.contains(&refusal.code);
                prop_assert!(known && (refusal.code == "phone_type_not_called" || reading.flagged), "{refusal:?}");
            }
        }
    }

    #[test]
    fn a_valid_number_in_e164_is_itself_in_every_region(digits in "[1-9][0-9]{7,13}", region in any_region()) {
        let cell = format!("+{digits}");
        if let Ok(reading) = read(&cell, None) {
            let elsewhere = read(&cell, region);
            if reading.repairs.is_empty() {
                prop_assert_eq!(reading.phone.to_string(), cell);
            }
            prop_assert_eq!(Ok(reading), elsewhere);
        }
    }

    #[test]
    fn spaces_and_dashes_never_change_what_a_number_with_a_plus_means(
        plain in proptest::sample::select(examples()),
        marks in proptest::collection::vec((2usize..14, proptest::sample::select(vec![" ", "-", ".", "\u{a0}", " - "])), 0..4),
        region in any_region(),
    ) {
        let mut spaced = plain.to_string();
        for (at, mark) in marks {
            if at < spaced.len() && spaced.is_char_boundary(at) {
                spaced.insert_str(at, mark);
            }
        }
        let reading = read(&spaced, region);
        prop_assert!(reading.as_ref().is_ok_and(|found| found.phone == plain || found.flagged), "{spaced} → {reading:?}");
    }
}

/// One number of every country that gives an example.
fn examples() -> Vec<Phone> {
    let Ok(engine) = rlibphonenumber::PhoneNumberUtil::new() else { return Vec::new() };
    let regions = engine.get_supported_regions().filter_map(|region| engine.get_example_number(region).ok());
    let texts = regions.map(|number| engine.format(&number, rlibphonenumber::PhoneNumberFormat::E164).into_owned());
    texts.filter_map(|text| read(&text, None).ok()).map(|reading| reading.phone).collect()
}
