import type { Rule } from '../subject.ts';

/** The path is the name, so it has to be one: `definitions/<domain>/<name>.yaml`. */
export const fileName: Rule = ({ definition: { file } }) => {
  if (/^definitions\/[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*\.yaml$/.test(file)) return [];
  return [
    {
      code: 'file-name',
      range: { start: 0, end: 0 },
      message: `'${file}' names no workflow; expected definitions/<domain>/<name>.yaml, both of a-z, 0-9 and -`,
    },
  ];
};
