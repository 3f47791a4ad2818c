// Changes of what TypeDoc found in `lib`, before it is written.
import { Comment, ReflectionKind } from 'typedoc';

const DEFAULTS = ['@default', '@defaultValue'];
const SYMBOLS = new Map([
  ['[asyncDispose]', '[Symbol.asyncDispose]'],
  ['[custom]', '[inspect.custom]'],
]);

/** Names the parameters that have a pattern in place of a name. */
export function nameParameters({ parameters = [] }) {
  const isTaken = parameters.some(({ name }) => name === 'options');
  for (const parameter of parameters) {
    if (parameter.name === '__namedParameters') parameter.name = isTaken ? 'settings' : 'options';
  }
}

/** Drops what classes extend but users cannot import. */
export function dropBases(project, packageName) {
  for (const reflection of reflectionsOf(project)) {
    if (reflection.extendedTypes) {
      const bases = reflection.extendedTypes.filter(
        (base) => base.reflection || base.package !== packageName,
      );
      reflection.extendedTypes = bases.length > 0 ? bases : undefined;
    }
    // Nest's base class of modules has one, for its own use.
    if (reflection.kindOf(ReflectionKind.Class)) delete reflection.indexSignatures;
  }
}

/** Drops what is said elsewhere, and gives comments their form. */
export function tidy(project) {
  for (const reflection of reflectionsOf(project).filter(isSaidElsewhere)) {
    project.removeReflection(reflection);
  }
  const exported = new Map(
    project.children.flatMap(({ children }) => children.map((child) => [child.name, child])),
  );
  for (const reflection of reflectionsOf(project)) {
    if (reflection.comment) tidyComment(reflection.comment, exported);
    reflection.name = SYMBOLS.get(reflection.name) ?? reflection.name;
  }
}

function reflectionsOf(project) {
  return Object.values(project.reflections);
}

/** Tells if a member adds nothing to the type from which it comes, or a constructor nothing to its class. */
function isSaidElsewhere({ kind, signatures, comment, inheritedFrom, implementationOf }) {
  if (kind === ReflectionKind.Constructor) {
    return !signatures.some(({ parameters }) => parameters?.length);
  }
  if (inheritedFrom?.reflection) return true;
  const origin = implementationOf?.reflection;
  return isSame(
    signatures?.[0].comment ?? comment,
    origin?.signatures?.[0].comment ?? origin?.comment,
  );
}

/** Tells if two members have the same comment. */
export function isSame(comment, other) {
  return comment !== undefined && other !== undefined && comment.similarTo(other);
}

/** Adds the default to the text, makes sentences of what is returned, and a list of the errors. */
function tidyComment(comment, exported) {
  const errors = comment.blockTags.filter(({ tag }) => tag === '@throws');
  for (const { tag, content } of comment.blockTags) {
    if (DEFAULTS.includes(tag)) comment.summary.push(text(` Default: ${defaultText(content)}.`));
    if (tag === '@returns') content.splice(0, Infinity, text('Returns '), ...content, text('.'));
  }
  if (errors.length > 0) {
    errors[0].content = errors.flatMap(({ content }) => itemOf(content, exported));
  }
  comment.blockTags = comment.blockTags.filter(
    (tag) => !DEFAULTS.includes(tag.tag) && !errors.slice(1).includes(tag),
  );
}

function defaultText(content) {
  const shown = Comment.combineDisplayParts(content).trim();
  return /^('[^']*'|[\d_]+|true|false)$/.test(shown) ? `\`${shown}\`` : shown;
}

/** An item of the list of errors: classes, linked if they are exported, and when they are thrown. */
function itemOf([first, ...others], exported) {
  const [, names, when] = /^((?:[A-Z]\w+(?:, )?)*) ?(.*)$/s.exec(first.text);
  const classes = names.split(', ').filter(Boolean);
  return [
    text('- '),
    ...classes.flatMap((name, index) => [text(index > 0 ? ', ' : ''), linkTo(name, exported)]),
    text(`${classes.length > 0 ? ': ' : ''}${oneLine(when)}`),
    ...others.map((part) => ({ ...part, text: oneLine(part.text) })),
    text('\n'),
  ];
}

function linkTo(name, exported) {
  const target = exported.get(name);
  return target ? { kind: 'inline-tag', tag: '@linkcode', text: name, target } : code(name);
}

function oneLine(lines) {
  return lines.replaceAll('\n', ' ');
}

function text(content) {
  return { kind: 'text', text: content };
}

function code(content) {
  return { kind: 'code', text: `\`${content}\`` };
}
