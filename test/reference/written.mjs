// Declarations as they are written in `lib`: TypeDoc's own print loses mapped types and the comments in unions.
import ts from 'typescript';

const WIDTH = 100;

/** A type, with the comments of its members, or a constant; `undefined` if it does not say its type. */
export function declarationText({ declarations: [declaration] }) {
  if (ts.isTypeAliasDeclaration(declaration)) return declaration.getText().replace(/^export /, '');
  const { name, type, initializer } = declaration;
  if (type) return `const ${name.text}: ${textOf(type)};`;
  return ts.isStringLiteral(initializer) ? `const ${declaration.getText()};` : undefined;
}

/** The head of a function, method, accessor or constructor. */
export function signatureText(signature, declaration) {
  if (ts.isMethodSignature(declaration)) return withoutIndent(declaration);
  const isNew = ts.isConstructorDeclaration(declaration);
  const head = [
    signature.parent.flags.isStatic && 'static ',
    ts.isFunctionDeclaration(declaration) && 'function ',
    ts.isGetAccessor(declaration) && 'get ',
    isNew ? `new ${signature.name}` : (declaration.name?.getText() ?? signature.name),
    declaration.typeParameters && `<${declaration.typeParameters.map(textOf).join(', ')}>`,
  ]
    .filter(Boolean)
    .join('');
  const parameters = declaration.parameters.map((parameter, index) =>
    parameterText(parameter, signature.parameters[index]),
  );
  const end = isNew ? ';' : `: ${declaration.type ? textOf(declaration.type) : signature.type};`;
  const line = `${head}(${parameters.join(', ')})${end}`;
  if (line.length <= WIDTH || parameters.length === 0) return line;
  return `${head}(\n${parameters.map((text) => `  ${text},\n`).join('')})${end}`;
}

function parameterText(
  { dotDotDotToken, questionToken, initializer, type },
  { name, type: inferred },
) {
  return [
    dotDotDotToken && '...',
    name,
    (questionToken || initializer) && '?',
    // The type of something that is not exported says nothing to users.
    `: ${type && !ts.isTypeQueryNode(type) ? textOf(type) : inferred}`,
  ]
    .filter(Boolean)
    .join('');
}

/** Prettier's lines, which are indented as deep as the declaration stands. */
function withoutIndent(declaration) {
  const { character } = ts.getLineAndCharacterOfPosition(
    declaration.getSourceFile(),
    declaration.getStart(),
  );
  return declaration.getText().replaceAll(`\n${' '.repeat(character)}`, '\n');
}

/** One line, without what `exactOptionalPropertyTypes` makes necessary. */
function textOf(node) {
  return node
    .getText()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(\?: [^;,{}]+) \| undefined/g, '$1');
}

/** Puts a union into the order in which it is written: TypeScript's own depends on all other files. */
export function orderUnion({ types }, { declarations: [{ type }] }) {
  const text = type?.getText();
  if (text === undefined) return;
  const placeOf = ({ value, name }) => {
    const place = text.indexOf(name ?? `'${value}'`);
    return place < 0 ? text.length : place;
  };
  types.sort((first, second) => placeOf(first) - placeOf(second));
}
