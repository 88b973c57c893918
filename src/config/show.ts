import type { Config, SettingValue } from './config.ts';
import { SETTINGS, type SettingName } from './settings.ts';

/** A setting as people may see it. */
export interface ShownSetting {
  readonly name: SettingName;
  /** null where none is set. */
  readonly value: SettingValue | null;
  readonly source: string;
}

/** Stands for what is secret. */
export const HIDDEN = '***';

/** Every setting with its value and where that came from, in the order of the documentation; secrets hidden. */
export function describeConfig({ values, sources }: Config): ShownSetting[] {
  return SETTINGS.map(({ name, isSecret }) => {
    const value = values.get(name) ?? null;
    return {
      name,
      value: isSecret && value !== null ? hideSecret(String(value)) : value,
      source: sources[name],
    };
  });
}

/** A URL keeps everything but its password; anything else is hidden whole. */
export function hideSecret(value: string): string {
  if (!/^postgres(ql)?:/.test(value) || !URL.canParse(value)) return HIDDEN;
  const url = new URL(value);
  if (url.password !== '') url.password = HIDDEN;
  for (const name of [...url.searchParams.keys()]) {
    if (/password|secret|key/i.test(name)) url.searchParams.set(name, HIDDEN);
  }
  return url.href;
}
