import assert from 'node:assert/strict';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { memoryStore } from 'unexpired';
import { goThrough, refresh } from './session.ts';

// The application's own set-up.
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

const stores = {};
const storeOf = (id) => (stores[id] ??= memoryStore());
const myClient = { refresh: (refreshToken) => refresh({ refreshToken }) };

// from packages/otel/README.md#unexpiredotel

await goThrough(sessions.get('42'));
await reader.forceFlush();
const counted = exporter
  .getMetrics()
  .flatMap(({ scopeMetrics }) => scopeMetrics)
  .flatMap((scope) => scope.metrics)
  .find(({ descriptor }) => descriptor.name === 'unexpired.refreshes');
assert.equal(counted.dataPoints[0].value, 1);
stop();
await sessions.close();
await reader.shutdown();
