/** The thread that makes GraphiQL's page: loading, digesting and compressing nine megabytes would hold everybody up. */
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { Mode } from '../../law/values.ts';
import { serveTasks } from '../../threads/tasks.ts';
import { type Asset, assetOf } from './asset.ts';
import { SCRIPT, STYLE } from './graphiql-script.ts';
import { DEFAULT_HEADERS, defaultQuery } from './graphiql-words.ts';

export interface GraphiqlTask {
  readonly mode: Mode;
  readonly endpoint: string;
}

const RENDER = 'YogaGraphiQL.renderYogaGraphiQL(';

serveTasks(({ mode, endpoint }: GraphiqlTask): Asset => {
  const html = String(
    renderGraphiQL({
      title: 'Cutter',
      endpoint,
      defaultQuery: defaultQuery(mode),
      defaultHeaders: DEFAULT_HEADERS,
      headers: DEFAULT_HEADERS,
      defaultEditorToolsVisibility: 'headers',
      // Event streams carry the header that one typed; a browser's WebSocket can't.
      subscriptionsProtocol: 'SSE',
      shouldPersistHeaders: false,
    }),
  );
  if (html.split(RENDER).length !== 2) throw new Error("GraphiQL's page has another form than expected.");
  return assetOf(
    html
      .replace('<head>', () => `<head><script>${SCRIPT}</script>`)
      .replace('</head>', () => `<style>${STYLE}</style></head>`)
      .replace('<div id="root">', () => '<p id="hint" role="status"></p><div id="root">')
      .replace(RENDER, () => 'openGraphiQL(YogaGraphiQL.renderYogaGraphiQL, '),
  );
});
