import { Controller, Get } from '@nestjs/common';
import { StreamClient } from './stream.client.js';

@Controller('stream')
export class StreamController {
  constructor(private readonly stream: StreamClient) {}

  @Get()
  status(): StreamClient['status'] {
    return this.stream.status;
  }
}
