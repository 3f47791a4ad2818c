import type { IncomingMessage } from 'node:http';
import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
} from '@nestjs/common';

/** Names of this machine. Under any other name, the page of another site has had its name point here. */
const OWN_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Refuses requests that change something and that the page of another site sent: a browser on this machine reaches what
 * listens on it, whoever wrote the page.
 */
@Injectable()
export class SameSiteGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { method, headers } = context.switchToHttp().getRequest<IncomingMessage>();
    if (method === 'GET' || method === 'HEAD' || isOwn(headers)) return true;
    throw new ForbiddenException('Open the page of this application, and do it there.');
  }
}

function isOwn({ host, origin, 'sec-fetch-site': site }: IncomingMessage['headers']): boolean {
  const url = `http://${host}`;
  if (!URL.canParse(url) || !OWN_HOSTS.has(new URL(url).hostname)) return false;
  // Every browser sends one of the two with a POST, and programs such as curl neither.
  return site === undefined ? origin === undefined || origin === url : site === 'same-origin';
}
