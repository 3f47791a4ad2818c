// Where the pages of the reference differ from those of typedoc-plugin-markdown: they are shorter, and no link is broken.
import { makeRecursiveVisitor, Reflection, ReflectionKind } from 'typedoc';
import { MarkdownThemeContext } from 'typedoc-plugin-markdown';
import { isSame } from './tidy.mjs';

const INTRODUCTION =
  'Exports of the package, one page for each entry point. `npm run docs` makes these pages from the comments in `lib`. Start with [README](../../README.md); the other pages of [docs](..) explain one subject each.';

/** Makes the parts of one page. */
export class ReferenceContext extends MarkdownThemeContext {
  #written;

  /** @param written - declarations as they are written, by what TypeDoc made of them */
  constructor(theme, page, options, written) {
    super(theme, page, options);
    this.#written = written;
    const { body, comment, referenceType, unionType } = this.partials;
    const { getCommentParts } = this.helpers;
    Object.assign(this.partials, {
      accessor: ({ getSignature }) => this.#signatures([getSignature]),
      body: (model, settings) => paragraphs([this.#contents(model), body(model, settings)]),
      comment: (model, settings) => this.#comment(model, settings, comment),
      constructor: ({ signatures }) => this.#signatures(signatures),
      declaration: (model) => this.#declaration(model),
      inheritance: () => '',
      // Node's types give it a parameter that says nothing.
      referenceType: (model) => (model.name === 'Buffer' ? '`Buffer`' : referenceType(model)),
      signatures: ({ signatures }) => this.#overloads(signatures),
      // It begins long ones on a new line, which a table cannot have.
      unionType: (model) =>
        unionType(model)
          .replaceAll(/\n\s*/g, ' ')
          .replace(/^ \\\| /, ''),
    });
    this.helpers.getCommentParts = (parts) =>
      getCommentParts(parts.map((part) => this.#link(part)));
  }

  #contents(model) {
    if (model.isProject()) return INTRODUCTION;
    if (!model.kindOf(ReflectionKind.Module)) return '';
    const groups = model.groups.map(({ title, children }) => {
      const links = children.map((child) => `[${child.name}](${this.urlTo(child)})`);
      return `- ${title}: ${links.join(', ')}`;
    });
    return ['- [All entry points](README.md)', ...groups].join('\n');
  }

  #overloads(signatures) {
    const [first, ...others] = signatures;
    return others.every(({ comment }) => isSame(comment, first.comment))
      ? this.#signatures(signatures)
      : paragraphs(signatures.map((one) => this.#signatures([one])));
  }

  /** Signatures with one comment. */
  #signatures(overloads) {
    const [{ comment, kind, parent, typeParameters = [], parameters = [] }] = overloads;
    const isConstructor = kind === ReflectionKind.ConstructorSignature;
    const isProperty = (name) =>
      isConstructor && parent.parent.getChildByName([name]) !== undefined;
    const types = overloads.flatMap((one) => [
      ...(one.parameters ?? []).map(({ type }) => type),
      ...(isConstructor ? [] : [one.type]),
    ]);
    const explained = parameters.filter(hasComment).filter(({ name }) => !isProperty(name));
    return paragraphs([
      this.#code(overloads, this.partials.signatureTitle),
      comment && this.partials.comment(comment, { showTags: false }),
      typeParameters.some(hasComment) && this.partials.typeParametersTable(typeParameters),
      explained.length > 0 && this.partials.parametersTable(explained),
      comment && this.partials.comment(comment, { showSummary: false }),
      this.#linksTo(types),
    ]);
  }

  /** A type or a constant. */
  #declaration(model) {
    const comment = model.comment ?? model.type.declaration?.signatures?.[0].comment;
    return paragraphs([
      this.#code([model], this.partials.declarationTitle),
      comment && this.partials.comment(comment),
      this.#linksTo([model.type]),
    ]);
  }

  /** Declarations as they are written, or else as TypeDoc prints them. */
  #code(models, print) {
    const texts = models.map((model) => this.#written.get(model));
    if (texts.includes(undefined)) return paragraphs(models.map((model) => print(model)));
    return `\`\`\`ts\n${texts.join('\n')}\n\`\`\``;
  }

  #comment(model, settings, original) {
    const { showSummary = true, showTags = true } = settings ?? {};
    const tags = showTags ? model.blockTags : [];
    if (settings?.isTableColumn) return original(model, settings).replaceAll('\n- ', '<br>- ');
    return paragraphs([
      showSummary && original(model, { ...settings, showTags: false }),
      ...tags.map(({ tag, content }) =>
        paragraphs([tag === '@throws' && 'Throws:', this.helpers.getCommentParts(content)]),
      ),
    ]);
  }

  /** Links to the documented types in code, which has none. */
  #linksTo(types) {
    const found = new Set();
    const reference = ({ reflection }) => {
      if (reflection && this.router.hasUrl(reflection)) found.add(reflection);
    };
    const visitor = makeRecursiveVisitor({
      reference,
      reflection: ({ declaration: { children = [], signatures = [] } }) => {
        const inner = signatures.flatMap((one) => [...(one.parameters ?? []), one]);
        for (const { type } of [...children, ...inner]) type?.visit(visitor);
      },
    });
    for (const type of types) type?.visit(visitor);
    const links = [...found].map((one) => `[\`${one.name}\`](${this.urlTo(one)})`);
    return links.length > 0 && `Types: ${links.join(', ')}`;
  }

  /** Links are code, without the link to a member, which has no place. */
  #link(part) {
    if (!(part.target instanceof Reflection)) return part;
    return this.router.hasUrl(part.target)
      ? { ...part, tag: '@linkcode' }
      : { kind: 'code', text: `\`${part.text}\`` };
  }
}

function hasComment({ comment }) {
  return comment !== undefined;
}

function paragraphs(parts) {
  return parts.filter(Boolean).join('\n\n');
}
