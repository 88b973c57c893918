/** Names for the seeded practitioners: some not ASCII, some shared by several people, as names are. */
const GIVEN_NAMES = [
  'Amélie',
  'Jonas',
  'Siobhán',
  'Yūki',
  'Olivia',
  'Łukasz',
  'Priya',
  'Mateo',
  'Zoë',
  'Henrik',
  'Νίκη',
  'Oluwaseun',
  'Emma',
  'İpek',
  '美咲',
  'Daniel',
  'Þóra',
  'Anaïs',
  'Noah',
  'Дарья',
];
const FAMILY_NAMES = [
  'Okafor',
  'Müller',
  "O'Brien",
  'Tanaka',
  'García',
  'Nowak',
  'Sharma',
  'Smith',
  'Brontë',
  'Østergaard',
  'Παπαδοπούλου',
  'Adeyemi',
  'Smith',
  'Yılmaz',
  '佐藤',
  'Cohen',
  'Jónsdóttir',
  'Lefèvre',
  'Nguyễn',
  'Ковалёва',
];

/** The same two numbers give the same name; from different ones, at times also. */
export function personName(given: number, family: number): string {
  return `${GIVEN_NAMES[given % GIVEN_NAMES.length]} ${FAMILY_NAMES[family % FAMILY_NAMES.length]}`;
}
