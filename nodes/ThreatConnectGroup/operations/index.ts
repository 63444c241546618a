import type { OperationFile } from '../../shared/items';
import type { ThreatConnect } from '../api';
import { create } from './group/create';
import { update } from './group/update';

/** All operations of the node, in the order of the drop-down. */
export const operations: ReadonlyArray<OperationFile<ThreatConnect>> = [create, update];
