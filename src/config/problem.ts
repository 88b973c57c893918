/** Something wrong with the configuration. A value, like every finding; whoever reads the configuration shows it. */
export interface ConfigProblem {
  readonly code:
    | 'no-project'
    | 'unreadable-file'
    | 'invalid-yaml'
    | 'invalid-toml'
    | 'unknown-setting'
    | 'invalid-setting'
    | 'conflicting-settings'
    | 'half-configured';
  /** Where the value came from: `estuary.yaml:3`, `TEMPORAL_HOST`, `--address`. */
  readonly where: string;
  /** Quotes the offender and says what was expected. */
  readonly message: string;
  /** What to do next. */
  readonly hint?: string;
}
