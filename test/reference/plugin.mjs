// A plugin of TypeDoc, for use after typedoc-plugin-markdown: makes its pages short, and links that GitHub resolves.
import { Converter, ReflectionKind, UnionType } from 'typedoc';
import { MarkdownTheme, ModuleRouter } from 'typedoc-plugin-markdown';
import { ReferenceContext } from './theme.mjs';
import { dropBases, nameParameters, tidy } from './tidy.mjs';
import { declarationText, orderUnion, signatureText } from './written.mjs';

const WRITTEN = ReflectionKind.TypeAlias | ReflectionKind.Variable;
const WITH_HEADING = ReflectionKind.Method | ReflectionKind.Accessor;
const PACKAGE = 'nestjs-betfair-session';

/** Called by TypeDoc. */
export function load({ converter, renderer }) {
  /** Declarations as they are written, by what TypeDoc made of them. */
  const written = new Map();
  converter.on(Converter.EVENT_CREATE_SIGNATURE, (context, signature, declaration) => {
    nameParameters(signature);
    if (declaration) written.set(signature, signatureText(signature, declaration));
  });
  converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    const symbol = context.getSymbolFromReflection(reflection);
    if (reflection.kindOf(WRITTEN)) written.set(reflection, declarationText(symbol));
    if (reflection.type instanceof UnionType) orderUnion(reflection.type, symbol);
  });
  // Before TypeDoc lists what a class extends.
  converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => dropBases(project, PACKAGE), 50);
  // After it has found what is inherited, and before it groups and links.
  converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => tidy(project), -50);

  class ReferenceTheme extends MarkdownTheme {
    getRenderContext(page) {
      return new ReferenceContext(this, page, this.application.options, written);
    }
  }
  renderer.defineTheme('reference', ReferenceTheme);
  renderer.defineRouter('reference', ReferenceRouter);
}

/** A page for each entry point, and a place on it for each export. */
class ReferenceRouter extends ModuleRouter {
  getIdealBaseName({ name }) {
    return name === PACKAGE ? 'index' : name.slice(PACKAGE.length + 1);
  }

  // Members have no place: GitHub numbers headings that are alike, so a new one would move those after it.
  buildAnchors(target, page) {
    if (!target.parent?.kindOf(ReflectionKind.Module)) return;
    const slugger = this.getSlugger(page);
    const anchor = slugger.slug(target.name);
    this.anchors.set(target, anchor);
    this.fullUrls.set(target, `${this.fullUrls.get(page)}#${anchor}`);
    // Their headings count all the same.
    for (const member of target.children ?? []) {
      if (member.kindOf(WITH_HEADING)) slugger.slug(member.name);
    }
  }
}
