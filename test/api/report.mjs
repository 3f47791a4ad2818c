import { dirname } from 'node:path';
import ts from 'typescript';

const printer = ts.createPrinter({ removeComments: true });

/**
 * The public face of modules, one Markdown text for each: what a module exports, in alphabetical order, and what else
 * that is made of. What is private or marked `@internal` is left out, and so are comments.
 *
 * @param {readonly { name: string; path: string }[]} modules - by which name each is imported, and its declarations; the
 * first lies at the root of the package
 */
export function reportsOf(modules) {
  const program = ts.createProgram(
    modules.map(({ path }) => path),
    {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      types: ['node'],
      skipLibCheck: true,
      noEmit: true,
    },
  );
  const errors = ts.getPreEmitDiagnostics(program);
  if (errors.length > 0) {
    throw new Error(ts.formatDiagnostics(errors, ts.createCompilerHost({})));
  }
  const checker = program.getTypeChecker();
  const faces = modules.map(({ name, path }) => ({
    name,
    exported: exportsOf(checker, program.getSourceFile(path)),
  }));
  const folder = dirname(modules[0].path);
  return faces.map((face) => {
    const others = faces.filter((other) => other !== face);
    return reportOf({ checker, folder, face, others });
  });
}

/** The name under which each symbol is exported, and whether as a type only. */
function exportsOf(checker, file) {
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(file));
  return new Map(
    symbols.map((symbol) => {
      const typeOnly = symbol.declarations.every(ts.isTypeOnlyExportDeclaration);
      return [resolved(checker, symbol), { name: symbol.name, typeOnly }];
    }),
  );
}

function reportOf({ checker, folder, face, others }) {
  const imported = new Set();
  const used = new Map();
  const texts = new Map();
  const pending = [...face.exported.keys()];
  // It grows while it is walked.
  for (const symbol of pending) {
    const declarations = symbol.declarations.filter((declaration) => !isInternal(declaration));
    texts.set(symbol, declarations.map(print).join('\n'));
    for (const other of declarations.flatMap((declaration) => [...usedIn(checker, declaration)])) {
      if (face.exported.has(other) || used.has(other) || !isOfModule(other, folder)) continue;
      const home = others.find(({ exported }) => exported.has(other));
      if (home) {
        imported.add(`import { ${home.exported.get(other).name} } from '${home.name}';`);
      } else {
        used.set(other, { name: other.name, typeOnly: false });
        pending.push(other);
      }
    }
  }
  const list = (symbols) =>
    [...symbols]
      .toSorted(([, first], [, second]) => inOrder(first.name, second.name))
      .map(([symbol, as]) => note(symbol, as) + texts.get(symbol))
      .join('\n\n');
  return [
    `# ${face.name}`,
    'Made by `npm run api` from the built declarations. A change here is a change for users: mind the version.',
    ...(imported.size > 0 ? [code([...imported].toSorted(inOrder).join('\n'))] : []),
    '## Exported',
    code(list(face.exported)),
    ...(used.size > 0 ? ['## Used by that, and not exported', code(list(used))] : []),
  ].join('\n\n');
}

/** By character code: the order of a language depends on the machine. */
function inOrder(first, second) {
  return first < second ? -1 : 1;
}

function code(text) {
  return `\`\`\`ts\n${text}\n\`\`\``;
}

/** What the declaration itself does not say. */
function note(symbol, { name, typeOnly }) {
  const renamed = symbol.name === name ? '' : `// exported as ${name}\n`;
  const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0;
  return typeOnly && isValue ? `${renamed}// exported as a type only\n` : renamed;
}

function resolved(checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Whether it is declared by a module in the folder, and not inside of something else. */
function isOfModule({ declarations = [] }, folder) {
  return declarations.some((declaration) => {
    const isVariable = ts.isVariableDeclaration(declaration);
    const { parent } = isVariable ? declaration.parent.parent : declaration;
    // A module that is declared whole, such as that of a package, has no parent.
    return (
      parent !== undefined && ts.isSourceFile(parent) && parent.fileName.startsWith(`${folder}/`)
    );
  });
}

/** The symbols that a declaration names, without what is left out of it. */
function* usedIn(checker, node) {
  if (isLeftOut(node)) return;
  const symbol = ts.isIdentifier(node) && checker.getSymbolAtLocation(node);
  if (symbol) yield resolved(checker, symbol);
  for (const child of node.getChildren()) yield* usedIn(checker, child);
}

function isLeftOut(node) {
  if (!ts.isClassElement(node)) return false;
  if (isInternal(node) || (node.name && ts.isPrivateIdentifier(node.name))) return true;
  const isPrivate = (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) !== 0;
  // A private constructor says that there is no public one.
  return isPrivate && !ts.isConstructorDeclaration(node);
}

function isInternal(node) {
  return ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal');
}

function print(declaration) {
  // One statement may declare several variables.
  if (ts.isVariableDeclaration(declaration)) return `declare const ${declaration.getText()};`;
  const visit = (node, context) =>
    isLeftOut(node)
      ? undefined
      : ts.visitEachChild(node, (child) => visit(child, context), context);
  const { transformed } = ts.transform(declaration, [(context) => (root) => visit(root, context)]);
  const source = declaration.getSourceFile();
  const text = printer.printNode(ts.EmitHint.Unspecified, transformed[0], source);
  return text.replace(/^export /, '');
}
